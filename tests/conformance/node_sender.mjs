// One span, log record, counter and histogram by OpenTelemetry's Node SDK, then a flush of each.
// Arguments: protocol (grpc | http/protobuf | http/json), endpoint, service name, compression (none | gzip).
// Prints which signals were acknowledged, as JSON.
import { createRequire } from "node:module";
const require = createRequire(process.cwd() + "/");
const [protocol, endpoint, service, compression] = process.argv.slice(2);
const suffix = { grpc: "grpc", "http/protobuf": "proto", "http/json": "http" }[protocol];
const load = (name) => require(`@opentelemetry/${name}`);
const { resourceFromAttributes } = load("resources");
const { SpanStatusCode } = load("api");
const resource = resourceFromAttributes({ "service.name": service });
const options = (signal) => ({ url: protocol === "grpc" ? endpoint : `${endpoint}/v1/${signal}`, compression });

const { BasicTracerProvider, BatchSpanProcessor } = load("sdk-trace-base");
const { OTLPTraceExporter } = load(`exporter-trace-otlp-${suffix}`);
const { LoggerProvider, BatchLogRecordProcessor } = load("sdk-logs");
const { OTLPLogExporter } = load(`exporter-logs-otlp-${suffix}`);
const { MeterProvider, PeriodicExportingMetricReader } = load("sdk-metrics");
const { OTLPMetricExporter } = load(`exporter-metrics-otlp-${suffix}`);

const told = {};
function watched(exporter, signal) {
  const send = exporter.export.bind(exporter);
  exporter.export = (items, done) => send(items, (result) => { told[signal] = result.code === 0; done(result); });
  return exporter;
}

const traces = new BasicTracerProvider({
  resource, spanProcessors: [new BatchSpanProcessor(watched(new OTLPTraceExporter(options("traces")), "traces"))],
});
const logExporter = watched(new OTLPLogExporter(options("logs")), "logs");
const LogProcessor = BatchLogRecordProcessor;
let processor;
try { processor = new LogProcessor({ exporter: logExporter }); } catch { processor = new LogProcessor(logExporter); }
const logs = new LoggerProvider({ resource, processors: [processor] });
const metrics = new MeterProvider({
  resource,
  readers: [new PeriodicExportingMetricReader({ exporter: watched(new OTLPMetricExporter(options("metrics")), "metrics"), exportIntervalMillis: 60000 })],
});

const span = traces.getTracer("conformance").startSpan("chat", { attributes: { "gen_ai.request.model": "m", list: ["a", "b"], big: 9007199254740991 } });
span.addEvent("event", { n: 0 });
span.setStatus({ code: SpanStatusCode.ERROR, message: "boom" });
span.end();
logs.getLogger("conformance").emit({ body: { text: "hello", nested: [1, { a: null }] }, attributes: { n: 1 }, severityNumber: 9 });
const meter = metrics.getMeter("conformance");
meter.createCounter("requests").add(3, { path: "/" });
meter.createHistogram("seconds").record(0.5);
// Metrics are sent by the shutdown alone: a flush before it would send the same totals twice.
await Promise.all([traces.forceFlush(), logs.forceFlush(), metrics.shutdown()]);
console.log(JSON.stringify(told));
await Promise.all([traces.shutdown(), logs.shutdown()]);
