/** How each library is pointed at this server. Versions that were read or run: semantic conventions of November 2026. */

export interface Target {
  /** "http://127.0.0.1:4318" */
  http: string;
  /** "127.0.0.1:4317"; null when gRPC is off. */
  grpc: string | null;
  /** null: the server's default project, no header needed. */
  project: string | null;
  /** null: no key needed from this machine. */
  key: string | null;
}

export interface Block {
  title: string;
  code: string;
}

export interface Snippet {
  id: string;
  name: string;
  group: 'OpenTelemetry' | 'Clients' | 'Frameworks' | 'Platforms';
  blocks: Block[];
  /** How prompts and answers are sent too, when it takes a switch. */
  content?: string;
  note?: string;
}

const PROJECT_HEADER = 'x-sonde-project';

/** Values of OTEL_EXPORTER_OTLP_HEADERS are percent-encoded. */
function headerList({ key, project }: Target): string {
  return [
    ...(key === null ? [] : [`authorization=Bearer%20${key}`]),
    ...(project === null ? [] : [`${PROJECT_HEADER}=${encodeURIComponent(project)}`]),
  ].join(',');
}

function headersLine(target: Target, name = 'OTEL_EXPORTER_OTLP_HEADERS'): string[] {
  const headers = headerList(target);
  return headers === '' ? [] : [`export ${name}="${headers}"`];
}

function lines(...parts: readonly (string | readonly string[])[]): string {
  return parts.flat().join('\n');
}

function environment(target: Target): Block {
  return {
    title: 'Environment',
    code: lines(
      `export OTEL_EXPORTER_OTLP_ENDPOINT=${target.http}`,
      'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
      'export OTEL_SERVICE_NAME=my-app',
      headersLine(target),
    ),
  };
}

const PROVIDER = `from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)`;

const SDK = 'opentelemetry-sdk opentelemetry-exporter-otlp-proto-http';
const CAPTURE = 'export OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=span_only';

function openInference(
  target: Target,
  id: string,
  name: string,
  group: Snippet['group'],
  module: string,
  instrumentor: string,
): Snippet {
  return {
    id,
    name,
    group,
    blocks: [
      { title: 'Install', code: `pip install openinference-instrumentation-${module.replaceAll('_', '-')} ${SDK}` },
      environment(target),
      {
        title: 'At the start of the program',
        code: `${PROVIDER}\n\nfrom openinference.instrumentation.${module} import ${instrumentor}\n\n${instrumentor}().instrument(tracer_provider=provider)`,
      },
    ],
    note: 'Prompts and answers are sent unless OPENINFERENCE_HIDE_INPUTS and OPENINFERENCE_HIDE_OUTPUTS are true.',
  };
}

export function snippets(target: Target): Snippet[] {
  const { http, grpc } = target;
  const secret = target.key ?? 'unused';
  const collectorHeaders = [
    ...(target.key === null ? [] : [`      authorization: Bearer ${target.key}`]),
    ...(target.project === null ? [] : [`      ${PROJECT_HEADER}: ${target.project}`]),
  ];
  return [
    {
      id: 'otel-python',
      name: 'Python, zero code',
      group: 'OpenTelemetry',
      blocks: [
        {
          title: 'Install',
          code: 'pip install opentelemetry-distro opentelemetry-exporter-otlp-proto-http\nopentelemetry-bootstrap -a install',
        },
        environment(target),
        { title: 'Run', code: 'opentelemetry-instrument python app.py' },
      ],
      content: CAPTURE,
      note: 'Finds the instrumentations of what is installed. For calls, add the one of your client: OpenAI and Anthropic below.',
    },
    {
      id: 'otel-js',
      name: 'JavaScript, zero code',
      group: 'OpenTelemetry',
      blocks: [
        { title: 'Install', code: 'npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node' },
        environment(target),
        { title: 'Run', code: 'node --require @opentelemetry/auto-instrumentations-node/register app.js' },
      ],
    },
    {
      id: 'collector',
      name: 'Collector',
      group: 'OpenTelemetry',
      blocks: [
        {
          title: 'collector.yaml',
          code: lines(
            'exporters:',
            '  otlphttp/sonde:',
            `    endpoint: ${http}`,
            collectorHeaders.length > 0 ? ['    headers:', ...collectorHeaders] : [],
            '',
            'service:',
            '  pipelines:',
            '    traces:',
            '      receivers: [otlp]',
            '      exporters: [otlphttp/sonde]',
            '    logs:',
            '      receivers: [otlp]',
            '      exporters: [otlphttp/sonde]',
            '    metrics:',
            '      receivers: [otlp]',
            '      exporters: [otlphttp/sonde]',
          ),
        },
      ],
      ...(grpc === null
        ? {}
        : { note: `gRPC works as well: exporter otlp with endpoint ${grpc} and tls: {insecure: true}.` }),
    },
    {
      id: 'openai-genai',
      name: 'OpenAI · OTel GenAI',
      group: 'Clients',
      blocks: [
        { title: 'Install', code: `pip install opentelemetry-instrumentation-genai-openai ${SDK}` },
        environment(target),
        {
          title: 'At the start of the program',
          code: `${PROVIDER}\n\nfrom opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor\n\nOpenAIInstrumentor().instrument()`,
        },
      ],
      content: CAPTURE,
    },
    {
      id: 'openai-openllmetry',
      name: 'OpenAI · OpenLLMetry',
      group: 'Clients',
      blocks: [
        { title: 'Install', code: 'pip install traceloop-sdk' },
        {
          title: 'Environment',
          code: lines(`export TRACELOOP_BASE_URL=${http}`, headersLine(target, 'TRACELOOP_HEADERS')),
        },
        {
          title: 'At the start of the program',
          code: 'from traceloop.sdk import Traceloop\n\nTraceloop.init(app_name="my-app")',
        },
      ],
      note: 'Covers Anthropic, Gemini, LangChain and many more with the same two lines. TRACELOOP_TRACE_CONTENT=false leaves prompts out.',
    },
    openInference(target, 'openai-openinference', 'OpenAI · OpenInference', 'Clients', 'openai', 'OpenAIInstrumentor'),
    {
      id: 'anthropic',
      name: 'Anthropic',
      group: 'Clients',
      blocks: [
        { title: 'Install', code: `pip install "anthropic>=2" ${SDK}` },
        environment(target),
        { title: 'At the start of the program', code: PROVIDER },
      ],
      content: 'export ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE=content',
      note: 'The client traces itself from version 2 on, as soon as a tracer provider is set.',
    },
    openInference(target, 'langchain', 'LangChain, LangGraph', 'Frameworks', 'langchain', 'LangChainInstrumentor'),
    openInference(target, 'llamaindex', 'LlamaIndex', 'Frameworks', 'llama_index', 'LlamaIndexInstrumentor'),
    {
      id: 'pydantic-ai',
      name: 'Pydantic AI',
      group: 'Frameworks',
      blocks: [
        { title: 'Install', code: `pip install pydantic-ai ${SDK}` },
        environment(target),
        {
          title: 'At the start of the program',
          code: `${PROVIDER}\n\nfrom pydantic_ai import Agent\n\nAgent.instrument_all()`,
        },
      ],
      note: 'Agent runs, tool calls and model calls come as one trace, prompts included.',
    },
    {
      id: 'vercel',
      name: 'Vercel AI SDK',
      group: 'Frameworks',
      blocks: [
        {
          title: 'Install',
          code: 'npm install @ai-sdk/otel @opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-proto',
        },
        environment(target),
        {
          title: 'instrumentation.ts',
          code: `import { OpenTelemetry } from '@ai-sdk/otel';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { registerTelemetry } from 'ai';

new NodeSDK({ traceExporter: new OTLPTraceExporter() }).start();
registerTelemetry(new OpenTelemetry());`,
        },
      ],
      note: 'For version 7. In 5 and 6 leave out @ai-sdk/otel and pass experimental_telemetry: { isEnabled: true } to each call.',
    },
    {
      id: 'litellm',
      name: 'LiteLLM',
      group: 'Platforms',
      blocks: [
        {
          title: 'Environment of the proxy',
          code: lines(
            'export OTEL_EXPORTER=otlp_http',
            `export OTEL_ENDPOINT=${http}/v1/traces`,
            headerList(target) === '' ? [] : [`export OTEL_HEADERS="${headerList(target)}"`],
          ),
        },
        { title: 'config.yaml', code: 'litellm_settings:\n  callbacks: ["otel"]' },
      ],
      note: 'In the library: litellm.callbacks = ["otel"].',
    },
    {
      id: 'langfuse',
      name: 'Langfuse SDK',
      group: 'Platforms',
      blocks: [
        {
          title: 'Environment',
          code: lines(
            `export LANGFUSE_BASE_URL=${http}`,
            'export LANGFUSE_PUBLIC_KEY=pk-sonde',
            `export LANGFUSE_SECRET_KEY=${secret}`,
          ),
        },
      ],
      note: `No other change: spans and scores go to Sonde instead.${target.key === null ? ' From this machine any keys do.' : ''}`,
    },
    {
      id: 'langsmith',
      name: 'LangSmith SDK',
      group: 'Platforms',
      blocks: [
        { title: 'Install', code: 'pip install "langsmith[otel]"' },
        {
          title: 'Environment',
          code: lines(
            'export LANGSMITH_TRACING=true',
            'export LANGSMITH_TRACING_MODE=otel',
            `export OTEL_EXPORTER_OTLP_ENDPOINT=${http}`,
            `export LANGSMITH_API_KEY=${secret}`,
            target.project === null ? [] : headersLine(target),
          ),
        },
      ],
      note: 'Before version 0.14 the switches are LANGSMITH_OTEL_ENABLED=true and LANGSMITH_OTEL_ONLY=true.',
    },
    {
      id: 'logfire',
      name: 'Logfire SDK',
      group: 'Platforms',
      blocks: [
        environment(target),
        {
          title: 'At the start of the program',
          code: 'import logfire\n\nlogfire.configure(send_to_logfire=False, service_name="my-app")\nlogfire.instrument_openai()  # or instrument_anthropic(), instrument_pydantic_ai() …',
        },
      ],
    },
    {
      id: 'mlflow',
      name: 'MLflow',
      group: 'Platforms',
      blocks: [
        { title: 'Install', code: 'pip install mlflow opentelemetry-exporter-otlp-proto-http' },
        {
          title: 'Environment',
          code: lines(
            `export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${http}/v1/traces`,
            'export OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf',
            'export OTEL_SERVICE_NAME=my-app',
            headersLine(target, 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'),
          ),
        },
        {
          title: 'At the start of the program',
          code: 'import mlflow\n\nmlflow.openai.autolog()  # or mlflow.anthropic, mlflow.langchain …',
        },
      ],
    },
    {
      id: 'curl',
      name: 'A test span with curl',
      group: 'OpenTelemetry',
      blocks: [{ title: 'Shell', code: testSpan(target) }],
      note: 'Sends one chat call of gpt-4o-mini: the light above turns green and the call is in the list.',
    },
  ];
}

function testSpan(target: Target): string {
  const headers = [
    ...(target.key === null ? [] : [`  -H 'authorization: Bearer ${target.key}' \\`]),
    ...(target.project === null ? [] : [`  -H '${PROJECT_HEADER}: ${target.project}' \\`]),
  ];
  const attributes: readonly (readonly [string, string])[] = [
    ['gen_ai.operation.name', '{"stringValue":"chat"}'],
    ['gen_ai.provider.name', '{"stringValue":"openai"}'],
    ['gen_ai.request.model', '{"stringValue":"gpt-4o-mini"}'],
    ['gen_ai.usage.input_tokens', '{"intValue":"120"}'],
    ['gen_ai.usage.output_tokens', '{"intValue":"48"}'],
  ];
  return lines(
    'end=$(date +%s)000000000; start=$((end - 900000000))',
    'trace=$(od -An -N16 -tx1 /dev/urandom | tr -d " \\n"); span=$(od -An -N8 -tx1 /dev/urandom | tr -d " \\n")',
    `curl -sS ${target.http}/v1/traces -H 'content-type: application/json' \\`,
    headers,
    `  -d '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"curl"}}]},"scopeSpans":[{"spans":[{`,
    `    "traceId":"'$trace'","spanId":"'$span'","name":"chat gpt-4o-mini","kind":3,`,
    `    "startTimeUnixNano":"'$start'","endTimeUnixNano":"'$end'","attributes":[`,
    attributes.map(
      ([key, value], index) => `      {"key":"${key}","value":${value}}${index < attributes.length - 1 ? ',' : ''}`,
    ),
    `    ]}]}]}]}'`,
  );
}
