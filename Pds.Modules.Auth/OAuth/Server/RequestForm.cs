using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>Reads the body of a request, a form or the same as a JSON object, and leaves it as the request's form.</summary>
internal static class RequestForm
{
    private const string Form = "application/x-www-form-urlencoded";
    private const int MaxLength = 100 * 1024;
    private const int MaxCount = 64;

    /// <exception cref="OAuthException">It is neither, too large, or names a parameter twice.</exception>
    public static async Task ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentLength > MaxLength)
        {
            throw TooLarge();
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MaxLength;
        }

        if (request.HasJsonContentType())
        {
            request.Form = await ReadJsonAsync(context);
            request.ContentType = Form;
        }
        else if (!request.HasFormContentType || request.ContentType!.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
        {
            throw OAuthException.InvalidRequest($"The body must be {Form} or application/json");
        }

        try
        {
            var form = await request.ReadFormAsync(
                new FormOptions { ValueCountLimit = MaxCount, ValueLengthLimit = MaxLength }, context.RequestAborted);
            if (form.FirstOrDefault(parameter => parameter.Value.Count > 1).Key is { } repeated)
            {
                throw OAuthException.InvalidRequest($"The parameter {Printable(repeated)} is repeated");
            }
        }
        catch (InvalidDataException)
        {
            throw OAuthException.InvalidRequest("The form cannot be read");
        }
        catch (BadHttpRequestException bad) when (bad.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge();
        }
    }

    private static async Task<FormCollection> ReadJsonAsync(HttpContext context)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(
                context.Request.Body, new JsonDocumentOptions { MaxDepth = 16 }, context.RequestAborted);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw OAuthException.InvalidRequest("The body must be a JSON object");
            }

            // What is neither text nor absent keeps its JSON: no parameter that counts is of that kind.
            var values = new Dictionary<string, StringValues>();
            foreach (var property in document.RootElement.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null))
            {
                var text = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : property.Value.GetRawText();
                values[property.Name] = StringValues.Concat(values.GetValueOrDefault(property.Name), text);
            }

            return new FormCollection(values);
        }
        catch (JsonException)
        {
            throw OAuthException.InvalidRequest("The body is not JSON");
        }
        catch (BadHttpRequestException bad) when (bad.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLarge();
        }
    }

    private static OAuthException TooLarge() =>
        new(StatusCodes.Status413PayloadTooLarge, "invalid_request", "The body is too large");

    private static string Printable(string name) => name.Length <= 64 && name.All(char.IsAsciiLetterOrDigit) ? name : "of some name";
}
