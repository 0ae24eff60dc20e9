using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Pds.LocalServices;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Operation;

/// <summary>What a server that sends traces tells of a request.</summary>
public sealed class TraceTests(PdsFixture pds)
{
    [Fact]
    public async Task A_trace_leads_from_the_request_through_the_message_to_the_statement_and_names_nobody()
    {
        var spans = new Spans();
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{LoopbackPort.Free()}" },
            configureServices: services => services.ConfigureOpenTelemetryTracerProvider((_, tracing) => tracing.AddProcessor(spans)));
        using var alice = await TestAccount.CreateAsync(server);

        var trace = ActivityTraceId.CreateRandom();
        await CallAsync(alice, trace, HttpMethod.Post, "/xrpc/com.atproto.server.deactivateAccount");
        await CallAsync(alice, trace, HttpMethod.Get, $"/xrpc/com.atproto.repo.describeRepo?repo={alice.Did}");
        await CallAsync(alice, trace, HttpMethod.Get, $"/xrpc/com.atproto.identity.resolveDid?did={Uri.EscapeDataString("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")}");
        await Eventually.TrueAsync(() => Task.FromResult(spans.Of(trace).Count(span => span.Kind == ActivityKind.Server) >= 3));

        var all = spans.Of(trace);
        var statement = all.First(span => span.Source.Name == "Npgsql" && Ancestors(span, all).Any(above => above.Source.Name == "Wolverine"));
        var request = Ancestors(statement, all).First(above => above.Kind == ActivityKind.Server);
        Assert.Equal(
            server.Services.GetRequiredService<Pseudonyms>().Of(alice.Did), request.GetTagItem("enduser.pseudo.id"));
        Assert.Contains(all, span => span.Source.Name == "System.Net.Http" && Texts(span).Any(text => text.Contains("account-", StringComparison.Ordinal)));
        Assert.DoesNotContain(all.SelectMany(Texts), text => text.Contains("did:plc:", StringComparison.Ordinal)
            || text.Contains(alice.Did.Value["did:plc:".Length..], StringComparison.Ordinal) || text.Contains(alice.Token!, StringComparison.Ordinal));
    }

    [Fact]
    public void A_pseudonym_is_the_same_for_one_account_and_depends_on_the_secret()
    {
        var (one, same, other) = (new Pseudonyms("a secret"), new Pseudonyms("a secret"), new Pseudonyms("another secret"));
        var did = AtProto.Did.Parse("did:plc:ewvi7nxzyoun6zhxrhs64oiz");

        Assert.Equal(one.Of(did), same.Of(did));
        Assert.NotEqual(one.Of(did), other.Of(did));
        Assert.Equal($"/account-{one.Of(did)}/log/last", one.Replace($"/{did}/log/last"));
        Assert.Equal($"?repo=account-{one.Of(did)}&limit=2", one.Replace($"?repo={Uri.EscapeDataString(did.Value)}&limit=2"));
        Assert.Null(one.Replace("SELECT did FROM repo.repo"));
    }

    private static async Task CallAsync(TestAccount account, ActivityTraceId trace, HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path);
        if (method == HttpMethod.Post)
        {
            request.Content = JsonContent();
        }

        using var caller = new Activity("test");
        caller.SetParentId(trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        caller.Start();
        await account.SendAsync(request);
    }

    private static ByteArrayContent JsonContent()
    {
        var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.ContentType = new("application/json");
        return content;
    }

    private static IEnumerable<Activity> Ancestors(Activity span, IReadOnlyCollection<Activity> all)
    {
        for (var at = span; at is not null; at = all.FirstOrDefault(other => other.SpanId == at.ParentSpanId))
        {
            yield return at;
        }
    }

    private static IEnumerable<string> Texts(Activity span) => span.TagObjects
        .Concat(span.Events.SelectMany(item => item.Tags))
        .Select(tag => tag.Value?.ToString() ?? "")
        .Append(span.DisplayName)
        .Append(span.StatusDescription ?? "");

    // Other servers of this process are traced along with ours: only what belongs to the trace counts.
    private sealed class Spans : BaseProcessor<Activity>
    {
        private readonly ConcurrentQueue<Activity> _ended = new();

        public IReadOnlyCollection<Activity> Of(ActivityTraceId trace) => [.. _ended.Where(span => span.TraceId == trace)];

        public override void OnEnd(Activity data) => _ended.Enqueue(data);
    }
}
