using System.Diagnostics;
using System.Runtime.InteropServices;
using MlNetLlm.Pipelines.Experiments;
using TorchSharp;

namespace MlNetLlm.Tests.Pipelines.Experiments;

public sealed class MatrixProductsTests
{
    [Test]
    public void Describe_AfterAProduct_IsInTheEnvironmentOfRuns()
    {
        using var tensor = torch.ones(2, 2);
        var products = MatrixProducts.Describe();
        Assert.That(products, Is.Null.Or.Match(@"^OpenBLAS for \w+, \d+ threads?$").Or.Match("^MKL_"));
        Assert.That(RunEnvironments.Current().Products, Is.EqualTo(products));
    }

    [TestCase("Nehalem", 1)]
    [TestCase("Haswell", 2)]
    public void Describe_WhereVariablesChoose_NamesTheirChoice(string core, int threads)
    {
        using var tensor = torch.ones(2, 2);
        if (MatrixProducts.Describe() is not { } products || !products.StartsWith("OpenBLAS", StringComparison.Ordinal)
            || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            Assert.Ignore("libtorch multiplies by another library than OpenBLAS here, or not on x64.");
        using var doctor = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "MlNetLlm.Pipelines.dll"), "doctor"])
        {
            RedirectStandardOutput = true, Environment = { ["OPENBLAS_CORETYPE"] = core, ["OPENBLAS_NUM_THREADS"] = $"{threads}" },
        })!;
        var output = doctor.StandardOutput.ReadToEnd();
        Assert.That(output, Does.Contain($"OpenBLAS for {core}, {Math.Min(threads, Environment.ProcessorCount)} thread"));
    }
}
