namespace Pds.Tests.Xrpc;

public sealed class QueryParameterTests(XrpcTestHost host) : IClassFixture<XrpcTestHost>
{
    private const string Did = "did:plc:z72i7hdynmk6r22z27h6tvur";

    [Fact]
    public async Task Values_of_every_type_arrive_and_absent_ones_are_left_out_of_the_answer()
    {
        var reply = await host.Client.QueryAsync(
            "test.query", ("did", Did), ("handle", "Alice.Test"), ("limit", 7), ("reverse", true), ("cursor", "a b"));
        var sparse = await host.Client.QueryAsync("test.query", ("did", Did));

        Assert.Equal(
            $$"""{"did":"{{Did}}","handle":"alice.test","limit":7,"reverse":true,"cursor":"a b"}""", reply.Json.GetRawText());
        Assert.Equal($$"""{"did":"{{Did}}","limit":50}""", sparse.Json.GetRawText());
    }

    [Fact]
    public async Task An_empty_value_is_an_absent_one()
    {
        var reply = await host.Client.QueryAsync("test.query", ("did", Did), ("limit", ""), ("handle", ""), ("reverse", ""));

        Assert.Equal($$"""{"did":"{{Did}}","limit":50}""", reply.Json.GetRawText());
    }

    [Theory]
    [InlineData("", "Error: Params must have the property \"did\"")]
    [InlineData("did=", "Error: Params must have the property \"did\"")]
    [InlineData("did=alice.test", "Error: did must be a valid did")]
    [InlineData("did=did:web:a.b&did=did:web:a.c", "Error: did must be given once")]
    [InlineData("did=did:web:a.b&limit=0", "Error: limit can not be less than 1")]
    [InlineData("did=did:web:a.b&limit=101", "Error: limit can not be greater than 100")]
    [InlineData("did=did:web:a.b&limit=ten", "Error: limit must be an integer")]
    [InlineData("did=did:web:a.b&limit=1.5", "Error: limit must be an integer")]
    [InlineData("did=did:web:a.b&limit=%207", "Error: limit must be an integer")]
    [InlineData("did=did:web:a.b&limit=99999999999999999999", "Error: limit must be an integer")]
    [InlineData("did=did:web:a.b&limit=5&limit=6", "Error: limit must be given once")]
    [InlineData("did=did:web:a.b&reverse=True", "Error: reverse must be a boolean")]
    [InlineData("did=did:web:a.b&reverse=1", "Error: reverse must be a boolean")]
    [InlineData("did=did:web:a.b&handle=not_a_handle", "Error: handle must be a valid handle")]
    public async Task A_parameter_that_is_missing_malformed_or_doubled_is_named_with_the_rule(string query, string message)
    {
        var reply = await host.Client.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/xrpc/test.query?{query}"));

        Assert.Equal((400, "InvalidRequest", message), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task Lists_are_repeated_parameters_with_a_bound()
    {
        var reply = await host.Client.QueryAsync(
            "test.list", ("dids", "did:web:a.b"), ("dids", "did:web:a.c"), ("tags", "x"));
        var tooMany = await host.Client.QueryAsync(
            "test.list", ("dids", "did:web:a.b"), ("tags", "x"), ("tags", "y"), ("tags", "z"));
        var none = await host.Client.QueryAsync("test.list", ("tags", "x"));

        Assert.Equal("""{"dids":["did:web:a.b","did:web:a.c"],"tags":["x"]}""", reply.Json.GetRawText());
        Assert.Equal((400, "InvalidRequest"), (tooMany.Status, tooMany.Error));
        Assert.Equal((400, "InvalidRequest"), (none.Status, none.Error));
    }
}
