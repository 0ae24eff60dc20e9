namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>A picture that an app shows of itself.</summary>
/// <param name="Hash">Of the picture, to compare it by.</param>
internal sealed record ClientLogo(byte[] Image, string MediaType, string Hash);
