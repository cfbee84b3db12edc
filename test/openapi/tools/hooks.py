"""What schemathesis does not know by itself: a body of OTLP's protobuf is bytes, which mostly are no message."""
import schemathesis


@schemathesis.serializer("application/x-protobuf")
def protobuf(context, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
