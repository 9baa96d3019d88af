// A chat completion and a stream with the openai client, traced with the plain OpenTelemetry SDK.

import OpenAI from 'openai'

import { inSpan, modelCall, provider } from './telemetry.js'

const client = new OpenAI()
const model = 'gpt-5-mini'
const request = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': model,
  'gen_ai.conversation.id': 'session-typescript',
}

async function ask(question: string): Promise<string> {
  return modelCall(request, async (span) => {
    const answer = await client.chat.completions.create({ model, messages: [{ role: 'user', content: question }] })
    span.setAttributes({
      'gen_ai.response.id': answer.id,
      'gen_ai.response.model': answer.model,
      'gen_ai.response.finish_reasons': answer.choices.map((choice) => choice.finish_reason),
      'gen_ai.usage.input_tokens': answer.usage?.prompt_tokens,
      'gen_ai.usage.output_tokens': answer.usage?.completion_tokens,
      'gen_ai.usage.cache_read.input_tokens': answer.usage?.prompt_tokens_details?.cached_tokens,
    })
    return answer.choices[0]?.message.content ?? ''
  })
}

async function askAndStream(question: string): Promise<string> {
  return modelCall({ ...request, 'gen_ai.request.stream': true }, async (span) => {
    const stream = await client.chat.completions.create({
      model,
      messages: [{ role: 'user', content: question }],
      stream: true,
      stream_options: { include_usage: true },
    })
    const pieces: string[] = []
    for await (const chunk of stream) {
      span.setAttributes({ 'gen_ai.response.id': chunk.id, 'gen_ai.response.model': chunk.model })
      pieces.push(chunk.choices[0]?.delta.content ?? '')
      if (chunk.usage) {
        span.setAttributes({
          'gen_ai.usage.input_tokens': chunk.usage.prompt_tokens,
          'gen_ai.usage.output_tokens': chunk.usage.completion_tokens,
        })
      }
    }
    return pieces.join('')
  })
}

await inSpan('answer questions', { 'user.id': 'user-typescript' }, async () => {
  console.log(await ask('What is the capital of France?'))
  console.log(await askAndStream('And of Italy?'))
})
// Telemetry that cannot be delivered must not fail the program.
await provider.shutdown().catch((error: unknown) => console.error('not delivered:', error))
