using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;

namespace Pds.Modules.Auth.OAuth.Keys;

/// <summary>Decrypts what <see cref="RingEncryptor"/> encrypted. Stored elements name this type: it cannot be renamed.</summary>
internal sealed class RingDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement)
    {
        var secret = services.GetRequiredService<RingSecret>();
        var text = secret.Decrypt(Convert.FromBase64String(encryptedElement.Value));
        return XElement.Parse(Encoding.UTF8.GetString(text));
    }
}
