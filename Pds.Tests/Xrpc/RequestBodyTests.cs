using System.IO.Compression;
using System.Text;

namespace Pds.Tests.Xrpc;

public sealed class RequestBodyTests(XrpcTestHost host) : IClassFixture<XrpcTestHost>
{
    private const string Valid = """{"repo":"did:web:a.b","text":"hé"}""";

    [Fact]
    public async Task A_record_is_read_from_json_and_sent_back_without_nulls()
    {
        var reply = await PostAsync(Valid, "application/json; charset=utf-8");

        Assert.Equal(Valid, Encoding.UTF8.GetString(reply.Ok().Body));
        Assert.Equal("application/json; charset=utf-8", reply.Header("Content-Type"));
    }

    [Theory]
    [InlineData("""{"text":"a"}""", "Input must have the property \"repo\"")]
    [InlineData("{}", "Input must have the properties \"repo\", \"text\"")]
    [InlineData("""{"repo":"nobody","text":"a"}""", "Input/repo must be a valid did")]
    [InlineData("""{"repo":"did:web:a.b","text":null}""", "Input/text must not be null")]
    [InlineData("""{"repo":"did:web:a.b","text":{}}""", "Input/text must be a string")]
    [InlineData("""{"repo":"did:web:a.b","text":"a","count":"3"}""", "Input/count must be an integer")]
    [InlineData("""{"repo":"did:web:a.b","text":"a","count":1.5}""", "Input/count must be an integer")]
    [InlineData("""{"repo":"did:web:a.b","text":"a","tags":"b"}""", "Input/tags must be an array")]
    [InlineData("""{"repo":"did:web:a.b","text":"a","tags":["b",4]}""", "Input/tags/1 must be a string")]
    [InlineData("""{"repo":"did:web:a.b","text":"a" """, "Input is not valid JSON, at line 1, byte 34")]
    [InlineData("{\n\"repo\" 5}", "Input is not valid JSON, at line 2, byte 8")]
    [InlineData("null", "Input must be an object")]
    [InlineData("[]", "Input must be an object")]
    [InlineData("7", "Input must be an object")]
    public async Task Input_that_does_not_fit_is_refused_with_the_place_and_the_rule(string body, string message)
    {
        var reply = await PostAsync(body, "application/json");

        Assert.Equal((400, "InvalidRequest", message), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task The_content_type_must_be_the_one_of_the_method()
    {
        var other = await PostAsync(Valid, "text/plain");
        var none = await PostAsync(Valid, null);

        Assert.Equal((400, "InvalidRequest", "Wrong request encoding (Content-Type): text/plain"), (other.Status, other.Error, other.Message));
        Assert.Equal((400, "InvalidRequest"), (none.Status, none.Error));
    }

    [Fact]
    public async Task A_body_must_be_there_exactly_when_it_is_expected()
    {
        var missing = await PostAsync("", "application/json");
        var unwanted = await host.Client.ProcedureAsync("test.noInput", new { });
        var none = await host.Client.ProcedureAsync("test.noInput");

        Assert.Equal((400, "InvalidRequest"), (missing.Status, missing.Error));
        Assert.Equal((400, "A request body was provided when none was expected"), (unwanted.Status, unwanted.Message));
        Assert.Equal((200, 0), (none.Status, none.Body.Length));
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused_by_length_and_by_count()
    {
        var tooLong = $$"""{"repo":"did:web:a.b","text":"{{new string('x', 150 * 1024)}}"}""";

        var declared = await PostAsync(tooLong, "application/json");
        var chunked = await host.Client.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/xrpc/test.input")
        {
            Content = new StringContent(tooLong, Encoding.UTF8, "application/json"),
            Headers = { TransferEncodingChunked = true },
        });
        var blob = await host.Client.ProcedureAsync("test.blob", new byte[1001], "image/png");
        var atLimit = await host.Client.ProcedureAsync("test.blob", new byte[1000], "image/png");

        Assert.Equal((413, "PayloadTooLarge"), (declared.Status, declared.Error));
        Assert.Equal((413, "PayloadTooLarge"), (chunked.Status, chunked.Error));
        Assert.Equal((413, "PayloadTooLarge"), (blob.Status, blob.Error));
        Assert.Equal("""{"length":1000}""", atLimit.Json.GetRawText());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("gzip, br")]
    public async Task An_encoded_body_is_decoded(string encoding)
    {
        var reply = await host.Client.ProcedureAsync(
            "test.input", Encode(Encoding.UTF8.GetBytes(Valid), encoding), "application/json", encoding);

        Assert.Equal(Valid, Encoding.UTF8.GetString(reply.Ok().Body));
    }

    [Fact]
    public async Task The_limit_counts_decoded_bytes()
    {
        var bomb = Encode(new byte[100_000], "gzip");
        Assert.True(bomb.Length < 1000);

        var reply = await host.Client.ProcedureAsync("test.blob", bomb, "image/png", "gzip");

        Assert.Equal((413, "PayloadTooLarge"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task An_unknown_encoding_is_415_and_a_broken_one_400()
    {
        var unknown = await host.Client.ProcedureAsync("test.blob", new byte[3], "image/png", "zstd");
        var broken = await host.Client.ProcedureAsync("test.blob", new byte[3], "image/png", "gzip");

        Assert.Equal((415, "UnsupportedMediaType"), (unknown.Status, unknown.Error));
        Assert.Equal((400, "InvalidRequest"), (broken.Status, broken.Error));
    }

    [Fact]
    public async Task A_large_upload_with_an_expired_token_is_told_so()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/xrpc/test.upload")
        {
            Content = new ByteArrayContent(new byte[8 << 20]) { Headers = { ContentType = new("image/png") } },
        };
        request.Headers.Authorization = new("Bearer", "expired");

        var reply = await host.Client.SendAsync(request);

        Assert.Equal((400, "ExpiredToken"), (reply.Status, reply.Error));
    }

    private Task<Support.XrpcReply> PostAsync(string body, string? contentType) =>
        host.Client.ProcedureAsync("test.input", Encoding.UTF8.GetBytes(body), contentType);

    private static byte[] Encode(byte[] plain, string encodings)
    {
        foreach (var encoding in encodings.Split(", "))
        {
            using var output = new MemoryStream();
            using (Stream encoder = encoding switch
            {
                "gzip" => new GZipStream(output, CompressionLevel.Optimal),
                "br" => new BrotliStream(output, CompressionLevel.Optimal),
                _ => new ZLibStream(output, CompressionLevel.Optimal),
            })
            {
                encoder.Write(plain);
            }

            plain = output.ToArray();
        }

        return plain;
    }
}
