using System.Security.Cryptography;
using AtProto.Crypto;

namespace Pds.Tests.Protocol;

/// <summary>What is asked of OpenSSL past the platform's classes is what those would have said.</summary>
public sealed class OpenSslTests
{
    private static readonly byte[] Scalar = Convert.FromHexString("9085d2bef69286a6cbb51623c8fa258629945cd55ca705cc4e66700396894e0c");

    [Fact]
    public void It_is_there_on_the_systems_that_servers_run_on() => Assert.Equal(OperatingSystem.IsLinux(), OpenSsl.IsAvailable);

    [Fact]
    public void A_digest_is_the_platforms_whatever_the_length()
    {
        var data = RandomNumberGenerator.GetBytes(20_000);
        Span<byte> digest = stackalloc byte[Sha256.Length];
        for (var length = 0; length <= data.Length; length += length is < 300 or > 8100 and < 8300 ? 1 : 97)
        {
            Sha256.Hash(data.AsSpan(data.Length - length), digest);
            Assert.Equal(SHA256.HashData(data.AsSpan(data.Length - length)), digest);
        }
    }

    [Fact]
    public void A_digest_wants_room_for_all_of_it() =>
        Assert.ThrowsAny<ArgumentException>(() => Sha256.Hash("small"u8, new byte[Sha256.Length - 1]));

    [Fact]
    public void Both_ways_of_signing_are_one_key()
    {
        // One in 256 has a part that begins with a zero, which is written without it.
        using var signer = Signer.Create(KeyCurve.P256, Scalar);
        using var platform = new Signer.Platform(Scalar);
        var signature = new byte[PublicKey.SignatureLength];
        for (var i = 0; i < 2000; i++)
        {
            var message = BitConverter.GetBytes(i);
            signer.Sign(SHA256.HashData(message), signature);
            Assert.True(platform.PublicKey.Verify(message, signature, allowHighS: true));
            if (i % 100 == 0)
            {
                platform.Sign(SHA256.HashData(message), signature);
                Assert.True(signer.PublicKey.Verify(message, signature, allowHighS: true));
            }
        }

        Assert.Equal(platform.PublicKey, signer.PublicKey);
    }

    [Fact]
    public async Task A_key_may_be_disposed_of_while_it_signs()
    {
        for (var round = 0; round < 50; round++)
        {
            var signer = Signer.Create(KeyCurve.P256, Scalar);
            using var begun = new CountdownEvent(2);
            var signing = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                var signature = new byte[PublicKey.SignatureLength];
                begun.Signal();
                while (true)
                {
                    try
                    {
                        signer.Sign(SHA256.HashData(signature), signature);
                    }
                    catch (ObjectDisposedException)
                    {
                        return;
                    }
                }
            })).ToArray();
            begun.Wait(TestContext.Current.CancellationToken);
            signer.Dispose();
            await Task.WhenAll(signing).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }
    }
}
