"""The OpenAPI description: its operations, and what each may answer."""

import json

import jsonschema

METHODS = ("get", "head", "post", "put", "delete", "options", "patch", "trace")
PROBLEM = "application/problem+json"


def read_json(data):
    """Stricter than json.loads: no member twice, no NaN, and no integer written as another number."""
    def object_of(pairs):
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            raise ValueError(f"a member twice among {names}")
        return dict(pairs)

    def refuse(text):
        raise ValueError(f"not a number: {text}")

    def fraction(text):
        if float(text).is_integer():
            raise ValueError(f"an integer: {text}")
        return float(text)

    return json.loads(data, object_pairs_hook=object_of, parse_float=fraction,
                      parse_constant=refuse)


class Description:
    def __init__(self, text):
        self.document = read_json(text)
        self.resolver = jsonschema.RefResolver("", self.document)

    def resolve(self, node):
        while "$ref" in node:
            node = self.resolver.resolve(node["$ref"])[1]
        return node

    def operations(self):
        """Pairs of a method and a path, such as ("get", "/v1/counters/{name}")."""
        return [(method, path) for path, item in self.document["paths"].items()
                for method in METHODS if method in item]

    def methods(self, path):
        return {method.upper() for method in METHODS if method in self.document["paths"][path]}

    def path_of(self, target):
        """The path that a target belongs to; None where there is none."""
        asked = target.split("?")[0].split("/")
        for path in sorted(self.document["paths"], key=lambda path: "{" in path):
            parts = path.split("/")
            if len(parts) == len(asked) and all(map(self._fits, parts, asked)):
                return path
        return None

    @staticmethod
    def _fits(part, given):
        """`part` is of a path, and may be {name} or {name}.svg."""
        name, _, extension = part.partition("}")
        return given.endswith(extension) if name.startswith("{") else part == given

    def responses(self, method, path):
        """By their status, as text."""
        responses = self.document["paths"][path][method]["responses"]
        return {status: self.resolve(response) for status, response in responses.items()}

    def component(self, name):
        return self.document["components"]["responses"][name]

    def validator(self, schema):
        return jsonschema.Draft202012Validator(schema, resolver=self.resolver)

    def codes(self, schema):
        """The codes that a schema of a problem or of a failure allows."""
        if "code" in schema.get("properties", {}):
            code = self.resolve(schema["properties"]["code"])
            return [code["const"]] if "const" in code else code["enum"]
        return self.codes(self.resolver.resolve(schema["$ref"])[1])

    def variants(self, response, is_head=False):
        """The ways to give a response that are told apart: its types, and for problems their codes;
        for a batch also the results."""
        found = []
        for media, content in response.get("content", {}).items():
            if media == PROBLEM:
                found += self.codes(content["schema"])
            else:
                found.append(media)
            if content["schema"].get("$ref", "").endswith("/BatchResults"):
                schemas = self.document["components"]["schemas"]
                for name in ("Failure", "RefusedFailure"):
                    found += ["result " + code for code in self.codes(schemas[name])]
        return [""] if is_head or not found else found
