using System.Text.Json;
using System.Text.Json.Nodes;
using Pds.Xrpc;

namespace Pds.Web.Reference;

/// <summary>All methods as one OpenAPI 3.1 document, for the tools that read those. Written once, on the first visit.</summary>
internal sealed class OpenApiDocument
{
    private readonly Lazy<byte[]> _json;

    public OpenApiDocument(Lexicons lexicons, MethodAccess access, ServiceOptions service) =>
        _json = new(() => JsonSerializer.SerializeToUtf8Bytes(Write(lexicons, access, service)));

    public byte[] Json => _json.Value;

    private static JsonObject Write(Lexicons lexicons, MethodAccess access, ServiceOptions service)
    {
        var paths = new JsonObject();
        foreach (var method in lexicons.Methods)
        {
            paths[$"/xrpc/{method.Nsid}"] = new JsonObject { [method.Verb.ToLowerInvariant()] = Operation(method, access) };
        }

        var schemas = new JsonObject { ["Error"] = ErrorSchema() };
        foreach (var (id, document) in lexicons.Documents)
        {
            foreach (var definition in document.GetProperty("defs").EnumerateObject())
            {
                if (Lexicons.Text(definition.Value, "type") is not ("query" or "procedure" or "subscription" or "permission-set"))
                {
                    schemas[OpenApiSchemas.ComponentOf($"{id}#{definition.Name}")] = OpenApiSchemas.Of(definition.Value, id);
                }
            }
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = service.Name,
                ["version"] = service.Version,
                ["description"] = "Every method of the bundled lexicons. What is not served here is passed on to the service that answers for it.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = service.PublicUrl.ToString().TrimEnd('/') }),
            ["tags"] = new JsonArray([.. lexicons.Methods.Select(method => method.Namespace).Distinct()
                .Select(name => new JsonObject { ["name"] = name })]),
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas, ["securitySchemes"] = SecuritySchemes() },
        };
    }

    private static JsonObject Operation(MethodDocument method, MethodAccess access)
    {
        var operation = new JsonObject
        {
            ["operationId"] = method.Nsid,
            ["summary"] = method.Nsid,
            ["tags"] = new JsonArray(method.Namespace),
            ["description"] = method.Description,
            ["x-served-here"] = access.IsServedHere(method.Nsid),
        };
        if (access.ScopeOf(method.Nsid) is { } scope)
        {
            operation["x-oauth-scope"] = scope;
        }

        if (access.RuleOf(method.Nsid) is { } rule)
        {
            operation["security"] = Security(rule);
        }

        if (method.Parameters is { } parameters)
        {
            operation["parameters"] = Parameters(parameters, method.Nsid);
        }

        if (method.Input is { } input)
        {
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(input, method.Nsid) };
        }

        operation["responses"] = new JsonObject
        {
            [method.Kind == "subscription" ? "101" : "200"] = Answer(method),
            ["400"] = Refusal(method),
            ["default"] = new JsonObject { ["description"] = "A refusal", ["content"] = AsJson(OpenApiSchemas.Reference("Error#main")) },
        };
        return operation;
    }

    private static JsonArray Parameters(JsonElement parameters, string nsid)
    {
        var required = parameters.TryGetProperty("required", out var names)
            ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet()
            : [];
        return new JsonArray([.. parameters.GetProperty("properties").EnumerateObject().Select(property => new JsonObject
        {
            ["name"] = property.Name,
            ["in"] = "query",
            ["required"] = required.Contains(property.Name),
            ["description"] = Lexicons.Text(property.Value, "description"),
            ["schema"] = OpenApiSchemas.Of(property.Value, nsid),
        })]);
    }

    private static JsonObject Answer(MethodDocument method)
    {
        var answer = new JsonObject { ["description"] = method.Kind == "subscription" ? "A WebSocket of CBOR frames" : "Done" };
        if (method.Output is { } output)
        {
            answer["content"] = Content(output, method.Nsid);
        }

        return answer;
    }

    private static JsonObject Refusal(MethodDocument method)
    {
        var known = method.Errors.Select(error => error.Description is { } text ? $"`{error.Name}`: {text}" : $"`{error.Name}`");
        return new JsonObject
        {
            ["description"] = string.Join("\n\n", known.Prepend("`InvalidRequest`: the message names the field and the rule")),
            ["content"] = AsJson(OpenApiSchemas.Reference("Error#main")),
        };
    }

    private static JsonObject Content(JsonElement body, string nsid) => new()
    {
        [Lexicons.Text(body, "encoding")!] = body.TryGetProperty("schema", out var schema)
            ? new JsonObject { ["schema"] = OpenApiSchemas.Of(schema, nsid) }
            : new JsonObject(),
    };

    private static JsonObject AsJson(JsonObject schema) => new() { ["application/json"] = new JsonObject { ["schema"] = schema } };

    private static JsonArray Security(AccessRule rule)
    {
        var ways = new JsonArray();
        if (rule.IsOptional)
        {
            ways.Add(new JsonObject());
        }

        foreach (var (kinds, name) in new[]
        {
            (AccessKind.OAuth, "oauth"), (AccessKind.Admin, "admin"),
            (AccessKind.Full | AccessKind.Refresh | AccessKind.Service | AccessKind.Moderation, "token"),
        })
        {
            if ((rule.Kinds & kinds) != 0)
            {
                ways.Add(new JsonObject { [name] = new JsonArray() });
            }
        }

        return ways;
    }

    private static JsonObject SecuritySchemes() => new()
    {
        ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT" },
        ["oauth"] = new JsonObject { ["type"] = "http", ["scheme"] = "DPoP" },
        ["admin"] = new JsonObject { ["type"] = "http", ["scheme"] = "basic" },
    };

    private static JsonObject ErrorSchema() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["error"] = new JsonObject { ["type"] = "string" }, ["message"] = new JsonObject { ["type"] = "string" },
        },
        ["required"] = new JsonArray("error"),
    };
}
