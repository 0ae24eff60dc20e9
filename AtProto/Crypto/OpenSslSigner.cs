using System.Formats.Asn1;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace AtProto.Crypto;

/// <summary>
/// A P-256 key with a signing context of OpenSSL's that is kept. The platform's own class makes one for each signature, which is a
/// quarter of what a signature costs in a busy server.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class OpenSslSigner : Signer
{
    // A sequence of two integers of 33 bytes at most.
    private const int MaxSignature = 72;

    // In the place of the kept context, once there is to be none.
    private const nint Closed = -1;

    private readonly SafeEvpPKeyHandle _key;

    // A context serves one signature at a time: whoever finds none here makes one more, and the first to be done leaves its own.
    private nint _idle;

    public OpenSslSigner(byte[] scalar)
    {
        using var key = new ECDsaOpenSsl();
        key.ImportParameters(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
        _key = key.DuplicateKeyHandle();
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        PublicKey = ToPublicKey(KeyCurve.P256, [4, .. point.X!, .. point.Y!]);
    }

    // Last: whoever lets a signer go without disposing of it leaves what it kept behind.
    ~OpenSslSigner() => Close();

    public override PublicKey PublicKey { get; }

    public override void Sign(ReadOnlySpan<byte> hash, Span<byte> signature)
    {
        var idle = Volatile.Read(ref _idle);
        var context = idle is not 0 and not Closed && Interlocked.CompareExchange(ref _idle, 0, idle) == idle ? idle : Open();
        Span<byte> encoded = stackalloc byte[MaxSignature];
        var length = (nuint)encoded.Length;
        var isSigned = Sign(
            context, ref MemoryMarshal.GetReference(encoded), ref length, in MemoryMarshal.GetReference(hash), (nuint)hash.Length) == 1;
        if (!isSigned || Interlocked.CompareExchange(ref _idle, context, 0) != 0)
        {
            Free(context);
        }

        if (!isSigned)
        {
            throw Refused();
        }

        Unpack(encoded[..(int)length], signature);
    }

    public override void Dispose()
    {
        Close();
        _key.Dispose();
        GC.SuppressFinalize(this);
    }

    private static void Unpack(ReadOnlySpan<byte> encoded, Span<byte> signature)
    {
        AsnDecoder.ReadSequence(encoded, AsnEncodingRules.DER, out var start, out var length, out _);
        var integers = encoded.Slice(start, length);
        Right(AsnDecoder.ReadIntegerBytes(integers, AsnEncodingRules.DER, out var read), signature[..CurveParameters.ScalarLength]);
        Right(AsnDecoder.ReadIntegerBytes(integers[read..], AsnEncodingRules.DER, out _), signature[CurveParameters.ScalarLength..]);
    }

    // Without the zero that keeps an integer from being negative, and with those that it does not need.
    private static void Right(ReadOnlySpan<byte> integer, Span<byte> target)
    {
        integer = integer.TrimStart((byte)0);
        target[..^integer.Length].Clear();
        integer.CopyTo(target[^integer.Length..]);
    }

    private nint Open()
    {
        var isHeld = false;
        try
        {
            // Throws when the key is disposed; the context holds it from here on.
            _key.DangerousAddRef(ref isHeld);
            var context = NewContext(_key.DangerousGetHandle(), engine: 0);
            if (context != 0 && BeginSigning(context) != 1)
            {
                Free(context);
                context = 0;
            }

            return context != 0 ? context : throw Refused();
        }
        finally
        {
            if (isHeld)
            {
                _key.DangerousRelease();
            }
        }
    }

    private void Close()
    {
        if (Interlocked.Exchange(ref _idle, Closed) is var idle and not 0 and not Closed)
        {
            Free(idle);
        }
    }

    private static CryptographicException Refused() => new("OpenSSL did not sign.");

    [DllImport(OpenSsl.Library, EntryPoint = "EVP_PKEY_CTX_new")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint NewContext(nint key, nint engine);

    [DllImport(OpenSsl.Library, EntryPoint = "EVP_PKEY_sign_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int BeginSigning(nint context);

    [DllImport(OpenSsl.Library, EntryPoint = "EVP_PKEY_sign")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Sign(nint context, ref byte signature, ref nuint length, ref readonly byte hash, nuint hashLength);

    [DllImport(OpenSsl.Library, EntryPoint = "EVP_PKEY_CTX_free")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void Free(nint context);
}
