using Pds.AppHost.Local;
using Pds.LocalServices;

using var request = new StopRequest();
try
{
    using var folder = DataFolder.Open(LocalSettings.Read());
    await using var host = new LocalHost(folder);
    await host.StartAsync(request.Token);
    return await host.RunAsync(request.Token);
}
catch (OperationCanceledException) when (request.Token.IsCancellationRequested)
{
    return 0;
}
catch (LocalServiceException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return request.Token.IsCancellationRequested ? 0 : 1;
}
