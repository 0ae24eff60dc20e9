namespace AtProto.Plc;

/// <summary>The fields of a <c>create</c> operation, which hash and sign as they stand.</summary>
internal sealed record LegacyCreate(string SigningKey, string RecoveryKey, string Handle, string Service)
{
    /// <summary>What the operation says in today's words.</summary>
    public PlcData ToData() => new(
        [RecoveryKey, SigningKey],
        PlcData.NoVerificationMethods.Add(PlcData.SigningKeyName, SigningKey),
        [WithScheme(Handle, "at://")],
        PlcData.NoServices.Add(
            PlcData.PersonalDataServerName,
            new PlcService(PlcService.PersonalDataServer, IsWeb(Service) ? Service : "https://" + Service)));

    private static string WithScheme(string handle, string scheme) =>
        handle.StartsWith(scheme, StringComparison.Ordinal) ? handle : scheme + WithoutWeb(handle);

    private static string WithoutWeb(string text) =>
        text.Replace("http://", "", StringComparison.Ordinal).Replace("https://", "", StringComparison.Ordinal);

    private static bool IsWeb(string text) =>
        text.StartsWith("http://", StringComparison.Ordinal) || text.StartsWith("https://", StringComparison.Ordinal);
}
