using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace Pds.Modules.Auth.OAuth.Keys;

/// <summary>Encrypts each element of the ring before it is stored.</summary>
internal sealed class RingEncryptor(RingSecret secret) : IXmlEncryptor
{
    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var text = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var encrypted = new XElement("encrypted", Convert.ToBase64String(secret.Encrypt(text)));
        return new EncryptedXmlInfo(encrypted, typeof(RingDecryptor));
    }
}
