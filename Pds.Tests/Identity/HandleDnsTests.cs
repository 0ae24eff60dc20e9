using AtProto;
using Pds.Modules.Identity;
using Pds.Modules.Identity.Resolution;
using Pds.Tests.Support;

namespace Pds.Tests.Identity;

public sealed class HandleDnsTests
{
    private const string SomeDid = "did:plc:z72i7hdynmk6r22z27h6tvur";
    private static readonly string[][][] Unclear =
    [
        [[$"did={SomeDid}"], ["did=did:web:other.example"]],
        [["did=nobody"]],
        [["did="]],
        [["v=spf1 -all"]],
        [[$" did={SomeDid}"]],
    ];

    [Fact]
    public async Task One_record_that_names_a_did_is_the_answer_also_in_chunks_and_among_others()
    {
        await using var server = new TestDns();
        server.Texts["_atproto.plain.example.com"] = [[$"did={SomeDid}"]];
        server.Texts["_atproto.chunks.example.com"] = [["did=did:plc:", "z72i7hdynmk6r22z27h6tvur"]];
        server.Texts["_atproto.others.example.com"] = [["v=spf1 -all"], [$"did={SomeDid}"], ["something else"]];
        var dns = Create(server);

        foreach (var handle in new[] { "plain.example.com", "chunks.example.com", "others.example.com" })
        {
            var did = await dns.ResolveByBackupAsync(Handle.Parse(handle), TestContext.Current.CancellationToken);

            Assert.Equal(SomeDid, did?.Value);
        }
    }

    [Fact]
    public async Task None_several_or_a_malformed_one_is_no_answer()
    {
        await using var server = new TestDns();
        var dns = Create(server);

        foreach (var records in Unclear)
        {
            server.Texts["_atproto.unclear.example.com"] = records;

            Assert.Null(await dns.ResolveByBackupAsync(Handle.Parse("unclear.example.com"), TestContext.Current.CancellationToken));
        }

        Assert.Null(await dns.ResolveByBackupAsync(Handle.Parse("unknown.example.com"), TestContext.Current.CancellationToken));
    }

    private static HandleDns Create(TestDns server) =>
        new(new DidTexts(new IdentityOptions { BackupNameservers = [server.Address], ResolverTimeout = TimeSpan.FromSeconds(5) }));
}
