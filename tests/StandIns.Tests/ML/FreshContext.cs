using System.Reflection;
using System.Runtime.Loader;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

/// <summary>Loads a model where none of this process's assemblies are known yet.</summary>
internal static class FreshContext
{
    public static int LoadAndTriple(string path, int number)
    {
        var context = new Isolated(typeof(FreshContext).Assembly.Location);
        var here = context.LoadFromAssemblyPath(typeof(FreshContext).Assembly.Location).GetType(typeof(FreshContext).FullName!)!;
        Assert.That(here, Is.Not.EqualTo(typeof(FreshContext)));
        return (int)here.GetMethod(nameof(Triple), BindingFlags.Static | BindingFlags.NonPublic)!
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [path, number], null)!;
    }

    private static int Triple(string path, int number)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(path, out _);
        var data = ml.Data.LoadFromEnumerable(new[] { new TripleMapping.Source { Number = number } });
        return model.Transform(data).GetColumn<int>("Tripled").Single();
    }

    private sealed class Isolated(string main) : AssemblyLoadContext("fresh")
    {
        private readonly AssemblyDependencyResolver _resolver = new(main);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var path = assemblyName.FullName == typeof(FreshContext).Assembly.FullName
                ? main
                : _resolver.ResolveAssemblyToPath(assemblyName);
            return path == null ? null : LoadFromAssemblyPath(path);
        }
    }
}
