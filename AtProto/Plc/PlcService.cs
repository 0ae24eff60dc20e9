namespace AtProto.Plc;

/// <summary>A service that a DID names. Source: did:plc specification, "Operation".</summary>
/// <param name="Type">What it is, such as <c>AtprotoPersonalDataServer</c>.</param>
/// <param name="Endpoint">Where it is: an URL.</param>
public sealed record PlcService(string Type, string Endpoint)
{
    /// <summary>The type of the service that holds an account's repository.</summary>
    public const string PersonalDataServer = "AtprotoPersonalDataServer";
}
