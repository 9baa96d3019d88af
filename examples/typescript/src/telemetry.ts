// The OpenTelemetry SDK, pointed at Sonde, and one function that makes a span of a model call.

import { SpanKind, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'

const url = process.env['SONDE_URL'] ?? 'http://127.0.0.1:4318'
const key = process.env['SONDE_API_KEY']

export const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({
    'service.name': 'example-typescript',
    'deployment.environment.name': 'example',
  }),
  spanProcessors: [
    new BatchSpanProcessor(
      new OTLPTraceExporter({ url: `${url}/v1/traces`, headers: key ? { authorization: `Bearer ${key}` } : {} }),
    ),
  ],
})
provider.register()

const tracer = trace.getTracer('example')

/** Run `call` inside a span that follows OpenTelemetry's GenAI conventions; the call adds what it learns. */
export async function modelCall<T>(attributes: Attributes, call: (span: Span) => Promise<T>): Promise<T> {
  const name = `${attributes['gen_ai.operation.name']} ${attributes['gen_ai.request.model']}`
  return tracer.startActiveSpan(name, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    try {
      return await call(span)
    } catch (error) {
      span.setAttribute('error.type', error instanceof Error ? error.constructor.name : 'unknown')
      span.setStatus({ code: SpanStatusCode.ERROR, message: String(error) })
      throw error
    } finally {
      span.end()
    }
  })
}

/** A span around what belongs together, as a request of a user. */
export async function inSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work()
    } finally {
      span.end()
    }
  })
}
