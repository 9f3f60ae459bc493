using System.Buffers;
using Microsoft.ML;
using Microsoft.ML.Tokenizers;
using MlNetLlm.Data;
using MlNetLlm.Persistence;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.Tests;

/// <summary>Small things that many tests share.</summary>
public static class Toys
{
    /// <summary>The letter tokenizer's special tokens.</summary>
    public static SpecialTokens Special { get; } = new() { Bos = 0, Eos = 1 };

    /// <summary>Rows with a text column.</summary>
    public static IDataView Rows(params string[] texts) => new MLContext().Data.LoadFromEnumerable(texts.Select(text
        => new TextRow { Text = text }));

    /// <summary>Rows with a prompt and a completion column.</summary>
    public static IDataView Pairs(params (string Prompt, string Completion)[] pairs)
        => new MLContext().Data.LoadFromEnumerable(pairs.Select(pair
            => new PairRow { Prompt = pair.Prompt, Completion = pair.Completion }));

    /// <summary>The batches of a text of letters.</summary>
    public static TokenBatches Batches(TrainingOptions options, params string[] texts)
        => TokenBatches.Read(Rows(texts), options, new LetterTokenizer(), Special, contextLength: 64);

    public sealed class TextRow
    {
        public string Text { get; set; } = "";
    }

    public sealed class PairRow
    {
        public string Prompt { get; set; } = "";
        public string Completion { get; set; } = "";
    }
}

/// <summary>Options with nothing of their own.</summary>
public sealed record ToyOptions : TrainingOptions
{
    public override double LearningRate { get; init; } = 1e-2;
}

/// <summary>One token a letter (ids from 2: 'a' is 2), but "ab" is one token, 99; other characters are 28.</summary>
public sealed class LetterTokenizer : Tokenizer
{
    public const int Vocabulary = 100;

    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var span = text is null ? textSpan : text.AsSpan();
        var tokens = new List<EncodedToken>();
        for (var i = 0; i < span.Length; i++)
        {
            var pair = span[i] == 'a' && i + 1 < span.Length && span[i + 1] == 'b';
            var id = pair ? 99 : char.IsAsciiLetterLower(span[i]) ? 2 + span[i] - 'a' : 28;
            tokens.Add(new EncodedToken(id, span.Slice(i, pair ? 2 : 1).ToString(), i..(i + (pair ? 2 : 1))));
            if (pair)
                i++;
        }
        return new EncodeResults<EncodedToken> { Tokens = tokens, CharsConsumed = span.Length };
    }

    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
        => throw new NotSupportedException();
}

/// <summary>
/// A network of two layers of width 8 that guesses the next token from this one: head · tanh(W₂ tanh(W₁ e + b₁) + b₂), with dropout.
/// </summary>
public sealed class ToyNetwork : IDisposable
{
    private const int Width = 8;

    public ToyNetwork(int seed = 1, double dropout = 0)
    {
        var draws = new RandomStream(seed, RandomStreams.Initialisation);
        Dropout = dropout;
        Parameters =
        [
            ("embedding", New(LetterTokenizer.Vocabulary, Width)), ("layers.0.weight", New(Width, Width)), ("layers.0.bias", New(Width)),
            ("layers.1.weight", New(Width, Width)), ("layers.1.bias", New(Width)), ("head", New(LetterTokenizer.Vocabulary, Width)),
        ];

        Parameter New(params long[] shape)
        {
            var values = Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_
                => (float)(0.3 * draws.NextNormal())).ToArray();
            return new Parameter(tensor(values).reshape(shape).DetachFromDisposeScope());
        }
    }

    public double Dropout { get; }

    public IReadOnlyList<(string Name, Parameter Parameter)> Parameters { get; }

    public Parameter this[string name] => Parameters.Single(item => item.Name == name).Parameter;

    public Tensor Hidden(Tensor tokens)
    {
        var h = this["embedding"].index_select(0, tokens.reshape(-1)).reshape([.. tokens.shape, Width]);   // (batch, time, width)
        foreach (var layer in new[] { "layers.0", "layers.1" })
            h = functional.dropout((h.matmul(this[$"{layer}.weight"].t()) + this[$"{layer}.bias"]).tanh(), Dropout, training: Dropout > 0);
        return h;
    }

    public Tensor Head(Tensor hidden) => hidden.matmul(this["head"].t());

    public Tensor Loss(TokenBatch batch) => Objectives.NextToken(
        Head, Hidden(batch.Tokens), batch.Targets, LetterTokenizer.Vocabulary, [this["head"]]);

    public TrainingJob Job(IBatchSource batches, Func<double>? validate = null, Action<TrainingStep>? afterStep = null) => new()
    {
        Groups = [new ParameterGroup { Name = "all", Parameters = Parameters }],
        Loss = Loss, Batches = batches, ModelFingerprint = "toy", Validate = validate, AfterStep = afterStep, Clock = new CountingClock(),
    };

    /// <summary>All weights as bytes, for comparison to the last bit.</summary>
    public byte[] Bytes() => [.. Parameters.SelectMany(item => item.Parameter.detach().bytes.ToArray())];

    public void Dispose()
    {
        foreach (var (_, parameter) in Parameters)
            parameter.Dispose();
    }
}

/// <summary>A clock on which every look costs a second.</summary>
public sealed class CountingClock : TimeProvider
{
    private long _looks;

    public override long TimestampFrequency => 1;

    public override long GetTimestamp() => _looks++;
}

/// <summary>The disk without waiting for it: as the real one for tests that stop runs between operations, and much faster.</summary>
public sealed class UnsyncedFileSystem : IFileSystem
{
    private readonly IFileSystem _disk = FileSystems.Default;

    public Stream Create(string path) => _disk.Create(path);

    public Stream Append(string path) => _disk.Append(path);

    public void Flush(Stream stream) => stream.Flush();

    public void Move(string from, string to) => _disk.Move(from, to);

    public void MoveFolder(string from, string to) => _disk.MoveFolder(from, to);

    public void Delete(string path) => _disk.Delete(path);

    public void CreateFolder(string path) => Directory.CreateDirectory(path);

    public void SyncFolder(string path)
    {
    }

    public bool Exists(string path) => _disk.Exists(path);

    public IEnumerable<string> Files(string folder, string pattern) => _disk.Files(folder, pattern);
}
