using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using DnsClient;
using Pds.Xrpc.Outgoing;

namespace Pds.Cli.Doctor;

/// <summary>Whether the server's name and any handle's lead to one place, and that to this machine.</summary>
internal sealed class DnsExamination : IExamination
{
    public string Name => "dns";

    public async IAsyncEnumerable<Symptom> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var name = patient.Service.Hostname;
        if (patient.IsLocal)
        {
            yield return Symptom.Ok("localhost needs no name server");
            yield break;
        }

        var addresses = await FindAsync(patient.Dns, name, cancellationToken);
        if (addresses.Count == 0)
        {
            yield return Symptom.Fail($"{name} has no address", $"Add a record to the zone: {name}. A, with this machine's address.");
            yield break;
        }

        foreach (var address in addresses)
        {
            yield return Judge(name, address);
        }

        foreach (var domain in patient.HandleDomains)
        {
            var handle = $"pds-doctor-{RandomNumberGenerator.GetHexString(8, lowercase: true)}{domain}";
            var found = await FindAsync(patient.Dns, handle, cancellationToken);
            yield return found.Count == 0
                ? Symptom.Fail($"handles have no address: {handle}", $"Add a record to the zone: *{domain}. A, with this machine's address.")
                : found.SetEquals(addresses)
                    ? Symptom.Ok($"*{domain} leads to the same place")
                    : Symptom.Warn(
                        $"*{domain} leads to {string.Join(", ", found)}, {name} to {string.Join(", ", addresses)}",
                        "Let both lead to this server, or see to it that a proxy there sends handles on.");
        }
    }

    private static Symptom Judge(string name, IPAddress address)
    {
        if (!PublicAddress.IsPublic(address))
        {
            return Symptom.Warn($"{name} leads to {address}, which the internet does not reach", "Let the name lead to a public address.");
        }

        var own = NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(card => card.GetIPProperties().UnicastAddresses.Select(item => item.Address)).ToArray();
        return own.Contains(address) ? Symptom.Ok($"{name} leads to {address}, which is this machine")
            : own.Any(PublicAddress.IsPublic) ? Symptom.Warn(
                $"{name} leads to {address}, which is not an address of this machine", "Correct the record, unless a proxy stands there.")
            : Symptom.Ok($"{name} leads to {address}; this machine is behind it, as far as can be seen");
    }

    private static async Task<HashSet<IPAddress>> FindAsync(LookupClient dns, string name, CancellationToken cancellationToken)
    {
        var found = new HashSet<IPAddress>();
        foreach (var kind in (QueryType[])[QueryType.A, QueryType.AAAA])
        {
            try
            {
                var answer = await dns.QueryAsync(name, kind, cancellationToken: cancellationToken);
                found.UnionWith(answer.Answers.AddressRecords().Select(record => record.Address));
            }
            catch (DnsResponseException failure) when (failure.InnerException is null or SocketException or OperationCanceledException)
            {
                throw new IOException($"no name server answers for {name}: {failure.Message}");
            }
        }

        return found;
    }
}
