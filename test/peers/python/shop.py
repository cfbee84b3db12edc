"""A shop that is instrumented with the OpenTelemetry SDK for Python: python shop.py PROTOCOL ENDPOINT COMPRESSION ORDERS

Prints one JSON object per order: its trace, the ids of its spans by name, and whether it was audited.
"""

import json
import sys

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanKind

protocol, endpoint, compression, orders = sys.argv[1:]

if protocol == "grpc":
    import grpc
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(
        endpoint=endpoint,
        insecure=True,
        compression={"none": grpc.Compression.NoCompression, "gzip": grpc.Compression.Gzip}[compression],
        timeout=60,
    )
else:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces", compression=Compression(compression), timeout=60)

provider = TracerProvider(resource=Resource.create({"service.name": "shop", "deployment.environment.name": "test"}))
provider.add_span_processor(BatchSpanProcessor(exporter, max_export_batch_size=20, schedule_delay_millis=50))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("shop", "1.0")


def order(number, before):
    ids = {}

    def note(span):
        ids[span.name] = format(span.get_span_context().span_id, "016x")

    audited = number % 3 != 0
    links = [Link(before)] if before else []
    with tracer.start_as_current_span("POST /orders", kind=SpanKind.SERVER, links=links) as root:
        note(root)
        root.set_attribute("order.id", 9007199254740993 + number)
        with tracer.start_as_current_span("read customer") as read:
            note(read)
            read.set_attributes({"pii.accessed": True, "fields": ["name", "address"], "ratio": 0.5})
        if audited:
            with tracer.start_as_current_span("audit") as audit:
                note(audit)
        try:
            with tracer.start_as_current_span("charge", kind=SpanKind.CLIENT) as charge:
                note(charge)
                if number % 4 == 0:
                    raise ValueError("card declined")
        except ValueError:
            pass
    context = root.get_span_context()
    print(json.dumps({"number": number, "trace": format(context.trace_id, "032x"), "spans": ids, "audited": audited}))
    return context


context = None
for number in range(int(orders)):
    context = order(number, context)
provider.shutdown()
