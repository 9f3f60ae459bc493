using Microsoft.ML;
using MlNetLlm.Pipelines.ConceptMixing;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Pipelines.ConceptMixing;

public class SplitTextTests
{
    private static readonly TextOptions Generated = new()
    {
        Origin = TextOrigin.Generated, GeneratedBlocks = 200, BlockParagraphs = 3, TeacherShare = 0.4, StudentShare = 0.3,
        ValidationShare = 0.1, ShiftStudentShare = 0.5,
    };

    [Test]
    public void Blocks_OfAllSplits_HaveNoneInCommon_AndAboutTheirShares()
    {
        var text = Of(Generated);
        TextSplit[] splits = [TextSplit.Teacher, TextSplit.Student, TextSplit.Validation];
        var own = splits.Select(split => text.Blocks(split).ToList()).ToList();
        Assert.That(own.SelectMany(blocks => blocks), Is.Unique);
        Assert.That(own.Select(blocks => blocks.Count / 200.0), Is.EqualTo(new[] { 0.4, 0.3, 0.1 }).Within(0.08));
        var other = text.Blocks(TextSplit.ShiftStudent).Concat(text.Blocks(TextSplit.ShiftValidation)).ToList();
        Assert.That(other, Is.Unique);
        Assert.That(other.Intersect(own.SelectMany(blocks => blocks)), Is.Empty, "another domain");
    }

    [Test]
    public void Blocks_AreTheSameEveryTime() =>
        Assert.That(Of(Generated).Blocks(TextSplit.Student), Is.EqualTo(Of(Generated).Blocks(TextSplit.Student)));

    [Test]
    public void Measure_TakesBlocksUntilThereAreTokensEnough()
    {
        var (text, tokenizer) = (Of(Generated), VocabularyTokenizer.Bytes());
        var size = text.Measure(TextSplit.Student, tokenizer, 1000);
        var counts = text.Blocks(TextSplit.Student).Take(size.Blocks).Select(block => tokenizer.CountTokens(block) + 1).ToList();
        Assert.That(size.Tokens, Is.EqualTo(counts.Sum()).And.GreaterThanOrEqualTo(1000));
        Assert.That(size.Tokens - counts[^1], Is.LessThan(1000));
        Assert.That(text.Measure(TextSplit.Student, tokenizer, long.MaxValue).Blocks, Is.EqualTo(text.Blocks(TextSplit.Student).Count()));
    }

    [Test]
    public void Folder_IsReadByParagraphs()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.txt"], string.Join("\n\n", Enumerable.Range(0, 300).Select(i => $"paragraph {i}")));
        var text = Of(Generated with { Origin = TextOrigin.Folder, Name = folder.Path, ShiftName = folder.Path });
        Assert.That(text.Blocks(TextSplit.Teacher).First().Split('\n'), Has.Length.EqualTo(3));
        var described = text.Describe([text.Measure(TextSplit.Teacher, VocabularyTokenizer.Bytes(), 100)]).Single();
        Assert.That((described.Name, described.Origin, described.Sha256.Length), Is.EqualTo((folder.Path, "file", 64)));
    }

    private static SplitText Of(TextOptions options) => new(new MLContext(1), options, ProgressDisplay.OnStandardError());
}
