using AtProto.Crypto;
using BenchmarkDotNet.Attributes;

namespace Pds.Benchmarks;

/// <summary>What signatures cost: keys kept, and keys met for the first time.</summary>
[MemoryDiagnoser]
public class CryptoBenchmarks
{
    private readonly byte[] _message = new byte[200];
    private readonly byte[] _signature = new byte[PublicKey.SignatureLength];
    private readonly byte[] _target = new byte[PublicKey.SignatureLength];
    private PrivateKey _key = null!;
    private byte[] _point = null!;
    private byte[] _scalar = null!;
    private string _didKey = null!;

    [Params(KeyCurve.P256, KeyCurve.K256)]
    public KeyCurve Curve { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _key = PrivateKey.Generate(Curve);
        _key.Sign(_message, _signature);
        _point = [.. _key.PublicKey.CompressedBytes];
        _scalar = _key.Export();
        _didKey = _key.PublicKey.ToDidKey();
    }

    [GlobalCleanup]
    public void Cleanup() => _key.Dispose();

    [Benchmark]
    public void Sign() => _key.Sign(_message, _target);

    [Benchmark]
    public bool Verify() => _key.PublicKey.Verify(_message, _signature);

    [Benchmark]
    public bool ParseAndVerifyNewKey() => PublicKey.TryFromPoint(Curve, _point, out var key) && key.Verify(_message, _signature);

    [Benchmark]
    public PublicKey ParseKnownDidKey() => PublicKey.ParseDidKey(_didKey);

    [Benchmark]
    public void Import() => PrivateKey.FromBytes(Curve, _scalar).Dispose();

    [Benchmark]
    public void Generate() => PrivateKey.Generate(Curve).Dispose();
}
