using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Pds.Modules.Auth.OAuth.Keys;

/// <summary>One ring for all replicas, encrypted where it lies.</summary>
internal sealed class ConfigureDataProtection(DataProtectionKeyStore store, RingSecret secret) : IConfigureOptions<KeyManagementOptions>
{
    public void Configure(KeyManagementOptions options)
    {
        options.XmlRepository = store;
        options.XmlEncryptor = new RingEncryptor(secret);
    }
}
