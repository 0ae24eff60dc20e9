using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace AtProto.Crypto;

/// <summary>
/// The library that the platform's cryptography is built on, for the two things of each write that its classes make dearer than they
/// are: a context kept from one signature to the next, and the hash of a small block (docs/decisions/0002).
/// </summary>
internal static class OpenSsl
{
    /// <summary>The one that is loaded already: keys of the platform's are used with it.</summary>
    public const string Library = "libcrypto.so.3";

    private const int Version = 3;

    /// <summary>Whether the platform stands on a version whose functions are known here. Where it does not, the platform's classes do.</summary>
    [SupportedOSPlatformGuard("linux")]
    public static bool IsAvailable { get; } = OperatingSystem.IsLinux()
        && SafeEvpPKeyHandle.OpenSslVersion >> 28 == Version
        && NativeLibrary.TryLoad(Library, typeof(OpenSsl).Assembly, DllImportSearchPath.SafeDirectories, out _);
}
