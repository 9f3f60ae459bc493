using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>How a chain is written to and read from a model file.</summary>
internal static class TransformerChains
{
    public const string Id = "TransformerChain";

    public static void Save(ModelSaveContext ctx, ITransformer[] transformers, TransformerScope[] scopes)
    {
        ctx.Write(Id, writer =>
        {
            writer.Write(transformers.Length);
            foreach (var scope in scopes)
                writer.Write((int)scope);
        });
        for (var i = 0; i < transformers.Length; i++)
            ctx.WritePart(PartName(i), transformers[i]);
    }

    public static TransformerChain<ITransformer> Load(IHostEnvironment env, ModelLoadContext ctx)
    {
        var scopes = new TransformerScope[ctx.Reader.ReadCount(sizeof(int))];
        for (var i = 0; i < scopes.Length; i++)
            scopes[i] = (TransformerScope)ctx.Reader.ReadInt32();
        return new(scopes.Select((_, i) => ctx.ReadPart(env, PartName(i))).ToArray(), scopes);
    }

    private static string PartName(int index) => $"Transform_{index:000}";
}
