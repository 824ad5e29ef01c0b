"""An OpenAPI document, and whether an answer is what it says."""

import json
import re

from jsonschema import Draft202012Validator, RefResolver

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class Operation:
    def __init__(self, method, path, content, shared):
        self.method = method
        self.path = path
        self.content = content
        self.parameters = shared + content.get("parameters", [])
        self.id = content["operationId"]


class Document:
    def __init__(self, content):
        self.content = content
        self._resolver = RefResolver("", content)
        self.operations = [Operation(method.upper(), path, item[method], item.get("parameters", []))
                           for path, item in content["paths"].items() for method in METHODS if method in item]

    def resolve(self, node):
        while "$ref" in node:
            node = self._resolver.resolve(node["$ref"])[1]
        return node

    def nodes(self, node=None, path=()):
        """(path, node) of every object in it."""
        node = self.content if node is None else node
        if isinstance(node, dict):
            yield path, node
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            if isinstance(value, (dict, list)):
                yield from self.nodes(value, (*path, key))

    def schemas(self):
        """(path, schema) of those that stand where the specification puts one."""
        yield from ((("schemas", name), schema) for name, schema in self.content["components"]["schemas"].items())
        yield from ((path, node["schema"]) for path, node in self.nodes() if "schema" in node)

    def find(self, method, path):
        """The operation of a request; literal segments count before parameters."""
        path = path.split("?")[0].rstrip("/")
        found = [operation for operation in self.operations if operation.method == method
                 and re.fullmatch(re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(operation.path)), path)]
        if not found:
            raise AssertionError(f"{method} {path} is not described")
        return min(found, key=lambda operation: operation.path.count("{"))

    def validate(self, value, schema, what):
        errors = sorted(Draft202012Validator(schema, resolver=self._resolver).iter_errors(value), key=str)
        if errors:
            raise AssertionError(f"{what}: " + "\n".join(f"{error.json_path}: {error.message}" for error in errors))

    def check_body(self, operation, body):
        """The body of a request that is to succeed."""
        described = operation.content.get("requestBody")
        if described is None:
            raise AssertionError(f"{operation.id} has no body")
        content = described["content"]
        if "application/json" in content:
            self.validate(body, content["application/json"]["schema"], f"body of {operation.id}")

    def check(self, operation, answer):
        """Status, content type, fields and body are listed, and as they are described."""
        what = f"{operation.id}: {answer}"
        if str(answer.status) not in operation.content["responses"]:
            raise AssertionError(f"{what}: this status is not listed")
        described = self.resolve(operation.content["responses"][str(answer.status)])
        for name, header in described.get("headers", {}).items():
            if name in answer.headers and self.resolve(header)["schema"]["type"] == "integer":
                self.validate(int(answer.headers[name]), self.resolve(header)["schema"], f"{what}: {name}")
        for name in ("Link", "Location", "X-Total-Count", "ETag", "WWW-Authenticate", "Retry-After"):
            if name in answer.headers and name not in described.get("headers", {}):
                raise AssertionError(f"{what}: {name} is not described")
        self._check_content(answer, described.get("content"), what)

    def _check_content(self, answer, content, what):
        if content is None:
            if answer.body or "Content-Type" in answer.headers:
                raise AssertionError(f"{what}: there is a body, and none is described")
            return
        kind = answer.headers["Content-Type"]
        if kind not in content:
            raise AssertionError(f"{what}: {kind} is not described")
        schema = content[kind]["schema"]
        self.validate(answer.json() if kind == "application/json" else answer.body.decode(), schema, what)


def of(rest):
    return Document(json.loads(rest.get("/api/v1/openapi.json").body))
