using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace MlNetLlm.Tests.Tokenization;

/// <summary>Files of the shared data folder; a test that needs one which is not there is ignored.</summary>
internal static class TokenizerData
{
    public static string Path(string name)
    {
        for (var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory); folder is not null; folder = folder.Parent)
            if (System.IO.Path.Combine(folder.FullName, "shared", "data", name) is var path && System.IO.Path.Exists(path))
                return path;
        Assert.Ignore($"The test needs the file shared/data/{name} in a folder above the test directory.");
        throw new InvalidOperationException("Not reached.");
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
