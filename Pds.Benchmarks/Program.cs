using BenchmarkDotNet.Running;
using Pds.Benchmarks.Scale;

if (args is ["population", ..])
{
    await Population.RunAsync(args);
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
}
