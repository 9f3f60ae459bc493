using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Karel;
using MlNetLlm.Tests.Karel;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Data;

/// <summary>Batches of rows that are tokens already.</summary>
public sealed class TokenRowsTests
{
    private static readonly ToyOptions _options = new()
    {
        BatchSize = 8, SequenceLength = 12, TokenColumns = new TokenColumns { Features = "GridFeatures", FeatureOffsets = "GridOffsets" },
    };

    [Test]
    public void Next_OfKarelRows_LearnsTheProgramsAlone_AndShowsTheWorlds()
    {
        using var batches = Read(Rows(30), _options);
        var programs = new HashSet<string>();
        for (var i = 0; i < 3; i++)
        {
            using var batch = batches.Next();
            var (tokens, targets) = (batch.Tokens.data<long>().ToArray(), batch.Targets.data<long>().ToArray());
            var time = tokens.Length / 8;
            for (var row = 0; row < 8; row++)
            {
                var (read, learnt) = (tokens[(row * time)..((row + 1) * time)], targets[(row * time)..((row + 1) * time)]);
                Assert.That(read[..3], Is.EqualTo(new long[] { KarelGridEncoding.GridToken, KarelGridEncoding.GridToken, 2 }));
                Assert.That(learnt[..2], Is.All.EqualTo(TokenBatch.Ignored));
                int[] program = [.. learnt.Skip(2).TakeWhile(token => token != TokenBatch.Ignored).Select(token => (int)token)];
                Assert.That(program[..^1], Is.EqualTo(read.Skip(3).Take(program.Length - 1)));
                Assert.That(learnt.Skip(2 + program.Length), Is.All.EqualTo(TokenBatch.Ignored));
                var operations = new KarelOperation[5];
                Assert.That(KarelGridEncoding.Instance.TryReadProgram(program, operations, out var length), Is.True);
                var input = KarelModels.Grid.GridFeatures!.Read(batch.Features!.At(row, 0));
                input.Run(operations.AsSpan(0, length));
                Assert.That(input.LooksLike(KarelModels.Grid.GridFeatures!.Read(batch.Features.At(row, 1))), Is.True);
                Assert.That(batch.Features.At(row, 2).ToArray(), Is.Empty);
                programs.Add($"{input} {string.Join(' ', program)}");
            }
        }
        Assert.That(programs, Has.Count.GreaterThan(20));
    }

    [Test]
    public void Fingerprint_TellsRowsWithOtherFeaturesApart()
    {
        using var one = Read(Rows(20), _options);
        using var same = Read(Rows(20), _options);
        using var other = Read(Rows(20, markerLevels: 1), _options);
        Assert.That(same.Fingerprint, Is.EqualTo(one.Fingerprint));
        Assert.That(other.Fingerprint, Is.Not.EqualTo(one.Fingerprint));
    }

    [Test]
    public void Read_OfRowsThatDoNotFit_SaysWhichAndWhy()
    {
        Refused(new() { Tokens = [1, 2, 3], PromptLength = 3 }, "Row 1 has 3 tokens, 3 of them prompt");
        Refused(new() { Tokens = [.. Enumerable.Repeat(1, 20)] }, "SequenceLength is 12");
        Refused(new() { Tokens = [1, 2], Offsets = [0, 0, 0] }, "features for 3 tokens, but 2 tokens");
        Refused(new() { Tokens = [1, 2, 3], Features = [1, 1], Offsets = [1, 0] }, "token 0 in row 1 run from 1 to 0 of 2");
        Refused(new() { Tokens = [1, 2, 3], Features = [1], Offsets = [0, 2] }, "run from 0 to 2 of 1");

        static void Refused(Row row, string message) => Assert.That(
            () => Read(new MLContext(1).Data.LoadFromEnumerable(new[] { row }), _options with
            {
                TokenColumns = new TokenColumns { Features = nameof(Row.Features), FeatureOffsets = nameof(Row.Offsets) },
            }),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains(message));
    }

    [Test]
    public void Read_WithoutAColumn_NamesTheOption()
    {
        var options = _options with { TokenColumns = new TokenColumns { Tokens = "Ids" } };
        Assert.That(() => Read(Rows(3), options), Throws.ArgumentException.With.Message.Contains("Column 'Ids' is missing")
            .And.Message.Contains("TokenColumns.Tokens"));
        Assert.That(() => Read(Rows(3), _options with { TokenColumns = new TokenColumns { Tokens = "Length" } }),
            Throws.ArgumentException.With.Message.Contains("expected a vector of Int32"));
    }

    private static TokenBatches Read(IDataView rows, ToyOptions options) =>
        TokenBatches.Read(rows, options, KarelModels.Grid.Tokenizer(), SpecialTokens.None, contextLength: 64);

    private static KarelDataView Rows(int count, int markerLevels = 2) =>
        new(new KarelGenerator(KarelModels.Tasks), count, KarelGridEncoding.Instance, new KarelGridFeatures(3, markerLevels));

    private sealed class Row
    {
        [VectorType]
        public int[] Tokens { get; set; } = [];

        public int PromptLength { get; set; }

        [VectorType]
        public int[] Features { get; set; } = [];

        [VectorType]
        public int[] Offsets { get; set; } = [];
    }
}
