using System.Text.Json;
using MlNetLlm.Tests.Tokenization;

namespace MlNetLlm.Tests.LanguageModels;

/// <summary>The stories260K model of the shared data, and what it is known to compute.</summary>
internal sealed record Stories260K(int Bos, int[] Ids, string Text, double[][] Logits)
{
    public static string ModelFile => Path.Combine(Folder, "stories260K.bin");

    public static string Folder => TokenizerData.Path("stories260k");

    public static Stories260K Golden { get; } = JsonSerializer.Deserialize<Stories260K>(
        File.ReadAllBytes(Path.Combine(Folder, "golden.json")), new JsonSerializerOptions { PropertyNameCaseInsensitive = true })!;
}
