using System.IO.Compression;
using System.Text;
using System.Text.Json;
using MlNetLlm.Data;

namespace MlNetLlm.Tests.Tokenization;

/// <summary>Files of the data catalog; a test that needs one which is not there is ignored.</summary>
internal static class TokenizerData
{
    /// <summary>The path of a data set, or with <c>set/file</c> of one of its files.</summary>
    public static string Path(string name)
    {
        var parts = name.Split('/', 2);
        if (!DatasetCatalog.Default.Has(parts[0]))
            Assert.Ignore($"The data of '{parts[0]}' is not on this machine.");
        var dataset = DatasetCatalog.Default.Find(parts[0]);
        return parts.Length == 1 ? dataset.Folder : dataset.File(parts[1]);
    }

    /// <summary>A text file, unpacked where its name ends in gz.</summary>
    public static string Text(string name) => Encoding.UTF8.GetString(Bytes(name));

    /// <summary>A file, unpacked where its name ends in gz.</summary>
    public static byte[] Bytes(string name)
    {
        using var file = File.OpenRead(Path(name));
        var isPacked = name.EndsWith(".gz", StringComparison.Ordinal);
        using var unpacked = isPacked ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        var content = new MemoryStream();
        unpacked.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>The same as test cases.</summary>
    public static IEnumerable<TestCaseData> LlamaCppCases(string vocabulary)
        => LlamaCppVectors(vocabulary)
            .Select(v => new TestCaseData(v.Text, v.Ids).SetArgDisplayNames(vocabulary, JsonSerializer.Serialize(v.Text)));

    /// <summary>The inputs and expected ids of a vocabulary of llama.cpp's tests.</summary>
    public static IEnumerable<(string Text, int[] Ids)> LlamaCppVectors(string vocabulary)
    {
        var texts = Text($"tokenizer_vectors/llama_cpp/ggml-vocab-{vocabulary}.gguf.inp").Split("\n__ggml_vocab_test__\n");
        var lines = Text($"tokenizer_vectors/llama_cpp/ggml-vocab-{vocabulary}.gguf.out").Split('\n');
        return texts[..^1].Zip(lines.Select(Ids));

        static int[] Ids(string line) => [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
    }
}
