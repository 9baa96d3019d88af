// A program with the OpenTelemetry SDK for Node that sends numbered spans: started by test_exporters.py.
//
// Arguments: package.json whose packages to use, encoding (json or protobuf), endpoint, compression (none or
// gzip), service name, spans, start in ns.

import { createRequire } from 'node:module'

const [packages, encoding, endpoint, compression, service, spans, start] = process.argv.slice(2)
const require = createRequire(packages)
const { OTLPTraceExporter } = require(
  encoding === 'json' ? '@opentelemetry/exporter-trace-otlp-http' : '@opentelemetry/exporter-trace-otlp-proto',
)
const inside = createRequire(require.resolve('@opentelemetry/exporter-trace-otlp-http'))
const { BatchSpanProcessor, TracerProvider } = inside('@opentelemetry/sdk-trace')
const { resourceFromAttributes } = createRequire(inside.resolve('@opentelemetry/sdk-trace'))('@opentelemetry/resources')
const { ROOT_CONTEXT, SpanKind, trace } = require('@opentelemetry/api')

const QUEUE = 4096
const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, compression })
const failures = []
const send = exporter.export.bind(exporter)
// Under load the server says 503, and the exporter gives up after five attempts: this program does not.
exporter.export = (batch, done) => {
  const attempt = (left) =>
    send(batch, (result) => {
      if (result.code !== 0 && left > 0) return attempt(left - 1)
      if (result.code !== 0) failures.push(result.error)
      done(result)
    })
  attempt(100)
}
const processor = new BatchSpanProcessor({
  exporter,
  maxQueueSize: QUEUE * 2,
  maxExportBatchSize: 512,
  exportTimeoutMillis: 600_000,
})
const provider = new TracerProvider({
  resource: resourceFromAttributes({ 'service.name': service }),
  spanProcessors: [processor],
})
const tracer = provider.getTracer('conformance', '1.0')

const startNs = BigInt(start)
const time = (ns) => [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)]
const count = Number(spans)
let context = ROOT_CONTEXT
for (let number = 0; number < count; number++) {
  const begin = startNs + BigInt(number) * 1_000n
  const isRoot = number % 10 === 0
  const attributes = {
    n: number,
    text: `text ${number} ü 😀\n\0`,
    half: number / 2 + 0.25,
    even: number % 2 === 0,
    list: [`a${number}`, 'b'],
    empty: '',
  }
  const span = tracer.startSpan(
    `span ${number % 7}`,
    { kind: SpanKind.CLIENT, startTime: time(begin), attributes, root: isRoot },
    isRoot ? ROOT_CONTEXT : context,
  )
  if (isRoot) context = trace.setSpan(ROOT_CONTEXT, span)
  span.end(time(begin + 1_000_000n + BigInt(number)))
  // The SDK drops what does not fit in its queue.
  if (number % QUEUE === QUEUE - 1) await provider.forceFlush()
}
await provider.forceFlush()
await provider.shutdown()
if (failures.length > 0) throw failures[0]
