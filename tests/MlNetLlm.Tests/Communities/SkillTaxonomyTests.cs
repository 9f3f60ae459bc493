using MlNetLlm.Communities;

namespace MlNetLlm.Tests.Communities;

public class SkillTaxonomyTests
{
    [Test]
    public void Published_HasThePaperSizes()
    {
        var taxonomy = SkillTaxonomy.Published;

        Assert.That(taxonomy.Functions.Select(function => function.Skills.Count), Is.EqualTo(new[] { 16, 17, 12, 8 }));
        Assert.That(taxonomy.Skills, Has.Count.EqualTo(53).And.Unique);
        Assert.That(taxonomy.FunctionOf("theory of mind").Name, Is.EqualTo("social cognition"));
        Assert.That(taxonomy.Without("concept formation").Skills, Has.Count.EqualTo(52).And.Not.Contain("concept formation"));
    }

    [Test]
    public void ByFunction_OfSomeSkills_GroupsThem()
        => Assert.That(
            SkillTaxonomy.Published.ByFunction(["reading", "empathy", "planning", "writing", "reasoning"]),
            Is.EqualTo(Partition.Of("abcac")));

    [Test]
    public void FunctionOf_MistypedSkill_NamesTheNearest()
        => Assert.That(
            () => SkillTaxonomy.Published.FunctionOf("working memroy"),
            Throws.ArgumentException.With.Message.Contains("is not in the taxonomy of 53 skills. Did you mean 'working memory'?"));

    [Test]
    public void Constructor_WithSkillTwiceOrEmptyName_Throws()
    {
        Assert.That(
            () => new SkillTaxonomy([new("a", ["x"]), new("b", ["x"])]),
            Throws.ArgumentException.With.Message.Contains("'x' stands twice"));
        Assert.That(() => new SkillTaxonomy([new("a", [" "])]), Throws.ArgumentException.With.Message.Contains("empty name"));
    }

    [Test]
    public void SkillCounts_OfLabelledQuestions_CountsEachOnce()
    {
        var taxonomy = new SkillTaxonomy([new("f", ["x", "y"]), new("g", ["z"])]);

        var (counts, unknown) = SkillCounts.Of(
            [new("b", ["x", "x", "z"]), new("a", ["y"]), new("b", ["x", "w"]), new("a", ["w", "w"]), new("c", [])], taxonomy);

        Assert.That(counts.Rows, Is.EqualTo(new[] { "b", "a", "c" }));
        Assert.That(counts.Columns, Is.EqualTo(new[] { "x", "y", "z" }));
        Assert.That(counts.Values, Is.EqualTo(new double[,] { { 2, 0, 1 }, { 0, 1, 0 }, { 0, 0, 0 } }));
        Assert.That(unknown, Is.EqualTo(new Dictionary<string, int> { ["w"] = 2 }));
    }

    [Test]
    public void NamedMatrix_WithWrongOrRepeatedNames_Throws()
    {
        Assert.That(() => new NamedMatrix(["a"], ["x"], new double[1, 2]), Throws.ArgumentException.With.Message.Contains("1 × 2"));
        Assert.That(
            () => new NamedMatrix(["a", "a"], ["x"], new double[2, 1]),
            Throws.ArgumentException.With.Message.Contains("row name 'a' stands twice"));
    }
}
