// What docs/sdk/other-languages.md shows, run as it stands there: the OpenTelemetry SDK for Node, one model call.
import { NodeSDK } from "@opentelemetry/sdk-node";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

const sdk = new NodeSDK({ serviceName: "node-app", traceExporter: new OTLPTraceExporter(), instrumentations: [] });
sdk.start();

const tracer = trace.getTracer("docs");
await tracer.startActiveSpan("invoke_agent helper", async (agent) => {
  agent.setAttribute("gen_ai.operation.name", "invoke_agent");
  agent.setAttribute("gen_ai.agent.name", "helper");
  await tracer.startActiveSpan("chat gpt-4o", { kind: SpanKind.CLIENT }, async (span) => {
    span.setAttributes({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.conversation.id": "session-1",
      "gen_ai.usage.input_tokens": 12,
      "gen_ai.usage.output_tokens": 5,
      "gen_ai.input.messages": JSON.stringify([{ role: "user", parts: [{ type: "text", content: "hi" }] }]),
      "gen_ai.output.messages": JSON.stringify([{ role: "assistant", parts: [{ type: "text", content: "hey" }] }]),
    });
    span.setStatus({ code: SpanStatusCode.OK });
    span.end();
  });
  agent.end();
});
await sdk.shutdown();
