# Compares task definitions with the API's own shape, in botocore: members, types, and enums, which botocore does not look at.
import json
import sys

import botocore.session
from botocore.validate import ParamValidator

shape = botocore.session.get_session().get_service_model("ecs").operation_model("RegisterTaskDefinition").input_shape


def enums(value, shape, path):
    if shape.type_name == "structure":
        for name, item in value.items():
            yield from enums(item, shape.members[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for at, item in enumerate(value):
            yield from enums(item, shape.member, f"{path}[{at}]")
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{path}: {value} is none of {', '.join(shape.enum)}"


for file in sys.argv[1:]:
    with open(file) as text:
        definition = json.load(text)
    report = ParamValidator().validate(definition, shape)
    wrong = [report.generate_report()] if report.has_errors() else list(enums(definition, shape, ""))
    for problem in wrong:
        print(f"{file}: {problem}")
