using AtProto;
using Microsoft.AspNetCore.Routing;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Tells what a client has to know before there is an account.</summary>
internal static class DescribeServer
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc.MapQuery("com.atproto.server.describeServer", Handle);

    internal sealed record Output(
        Did Did,
        string[] AvailableUserDomains,
        bool InviteCodeRequired,
        bool? PhoneVerificationRequired,
        long BlobUploadLimit,
        Links Links,
        Contact Contact);

    internal sealed record Links(Uri? PrivacyPolicy, Uri? TermsOfService);

    internal sealed record Contact(string? Email);

    private static Output Handle(AuthOptions options, RobotCheckOptions robots, ServiceOptions service) => new(
        service.ServiceDid,
        options.HandleDomains(service),
        options.InviteRequired,

        // Under this name, from the time of text messages, clients know that createAccount takes a verificationCode.
        robots.IsProofNeeded ? true : null,
        options.BlobUploadLimit,
        new Links(service.PrivacyPolicyUrl, service.TermsOfServiceUrl),
        new Contact(service.ContactEmail));
}
