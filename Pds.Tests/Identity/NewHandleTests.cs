using AtProto;
using Pds.Contracts.Identity;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Identity;

public sealed class NewHandleTests(PdsFixture pds)
{
    private static readonly Did SomeDid = Did.Parse("did:plc:z72i7hdynmk6r22z27h6tvur");

    [Theory]
    [InlineData("Alice-99.Test", "alice-99.test")]
    [InlineData("abc.test", "abc.test")]
    [InlineData("abcdefghijklmnopqr.test", "abcdefghijklmnopqr.test")]
    [InlineData("scunthorpe.test", "scunthorpe.test")]
    [InlineData("spicy-figs.test", "spicy-figs.test")]
    public async Task A_free_name_under_a_service_domain_may_be_taken_in_lower_case(string typed, string expected)
    {
        var server = await pds.GetServerAsync();

        var checkedHandle = await server.InvokeAsync<CheckedHandle>(new CheckNewHandle(typed, null));

        Assert.Equal(expected, checkedHandle.Handle.Value);
    }

    [Theory]
    [InlineData("", "InvalidHandle", "Input/handle must be a valid handle")]
    [InlineData("alice", "InvalidHandle", "Input/handle must be a valid handle")]
    [InlineData("al_ice.test", "InvalidHandle", "Input/handle must be a valid handle")]
    [InlineData("-alice.test", "InvalidHandle", "Input/handle must be a valid handle")]
    [InlineData("ab.test", "InvalidHandle", "Handle too short")]
    [InlineData("abcdefghijklmnopqrs.test", "InvalidHandle", "Handle too long")]
    [InlineData("alice.smith.test", "InvalidHandle", "Invalid characters in handle")]
    [InlineData("alice.local", "InvalidHandle", "Handle TLD is invalid or disallowed")]
    [InlineData("alice.onion", "InvalidHandle", "Handle TLD is invalid or disallowed")]
    [InlineData("handle.invalid", "InvalidHandle", "Handle TLD is invalid or disallowed")]
    [InlineData("admin.test", "HandleNotAvailable", "Reserved handle")]
    [InlineData("bsky.test", "HandleNotAvailable", "Reserved handle")]
    [InlineData("alice.example.com", "UnsupportedDomain", "Not a supported handle domain")]
    public async Task Another_name_is_refused_by_its_fault(string typed, string error, string message)
    {
        var server = await pds.GetServerAsync();

        var refusal = await Assert.ThrowsAsync<XrpcException>(
            () => server.InvokeAsync<CheckedHandle>(new CheckNewHandle(typed, null)));

        Assert.Equal((400, error, message), (refusal.Status, refusal.Error, refusal.Message));
    }

    [Fact]
    public async Task A_slur_is_refused_however_it_is_spelled()
    {
        var server = await pds.GetServerAsync();

        foreach (var spelled in new[] { "snttbg-12", "s4ttb7-x", "sn-tt-bg", "gur-snt" })
        {
            // In ROT13, like the list.
            var handle = string.Concat(spelled.Select(c => c is >= 'a' and <= 'z' ? (char)('a' + (c - 'a' + 13) % 26) : c)) + ".test";
            var refusal = await Assert.ThrowsAsync<XrpcException>(
                () => server.InvokeAsync<CheckedHandle>(new CheckNewHandle(handle, null)));

            Assert.Equal((400, "InvalidHandle", "Inappropriate language in handle"), (refusal.Status, refusal.Error, refusal.Message));
        }
    }

    [Fact]
    public async Task A_handle_is_held_from_the_making_of_its_did_until_it_is_given_up()
    {
        var server = await pds.GetServerAsync();
        var handle = Handle.Parse(TestAccount.NewHandle());
        var created = await server.InvokeAsync<CreatedIdentity>(NewIdentity(handle));

        var second = await Assert.ThrowsAsync<XrpcException>(() => server.InvokeAsync<CreatedIdentity>(NewIdentity(handle)));
        var asked = await Assert.ThrowsAsync<XrpcException>(
            () => server.InvokeAsync<CheckedHandle>(new CheckNewHandle(handle.Value, null)));
        await server.InvokeAsync(new AbandonIdentity(created.Did));
        var free = await server.InvokeAsync<CheckedHandle>(new CheckNewHandle(handle.Value, null));

        Assert.Equal((400, "HandleNotAvailable"), (second.Status, second.Error));
        Assert.Equal((400, "HandleNotAvailable"), (asked.Status, asked.Error));
        Assert.Equal(handle, free.Handle);
    }

    [Fact]
    public async Task Of_many_who_want_a_handle_at_once_one_gets_it()
    {
        var server = await pds.GetServerAsync();
        var handle = Handle.Parse(TestAccount.NewHandle());

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            try
            {
                await server.InvokeAsync<CreatedIdentity>(NewIdentity(handle));
                return "created";
            }
            catch (XrpcException refusal)
            {
                return refusal.Error;
            }
        }));

        Assert.Single(outcomes, "created");
        Assert.Equal(11, outcomes.Count(outcome => outcome == "HandleNotAvailable"));
    }

    [Fact]
    public async Task A_foreign_handle_must_resolve_to_the_did_that_is_brought_along()
    {
        var server = await pds.GetServerAsync();

        var refusal = await Assert.ThrowsAsync<XrpcException>(
            () => server.InvokeAsync<CheckedHandle>(new CheckNewHandle("nobody.invalid-domain.dev", SomeDid)));

        Assert.Equal((400, "InvalidRequest"), (refusal.Status, refusal.Error));
    }

    private static CreateIdentity NewIdentity(Handle handle) => new(handle, IdentityFlowTests.NewSigningKey(), null);
}
