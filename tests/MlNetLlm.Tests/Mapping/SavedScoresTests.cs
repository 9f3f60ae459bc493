using MlNetLlm.Mapping;

namespace MlNetLlm.Tests.Mapping;

public sealed class SavedScoresTests
{
    [Test]
    public void CanName_FewClassesWithNamesThatNoColumnHas()
    {
        Assert.That(SavedScores.CanName(["north", "a b", "."], ["Text", "North"]), Is.True);
        Assert.That(SavedScores.CanName(["north", "Text"], ["Text"]), Is.False);
        Assert.That(SavedScores.CanName(["north", " "], []), Is.False);
        Assert.That(SavedScores.CanName(["north", PayloadColumns.Key], []), Is.False);
        Assert.That(SavedScores.CanName([.. Enumerable.Range(0, 64).Select(i => $"{i}")], []), Is.True);
        Assert.That(SavedScores.CanName([.. Enumerable.Range(0, 65).Select(i => $"{i}")], []), Is.False);
    }

    [Test]
    public void Set_MoreScoresThanHaveColumns_KeepsTheVector()
    {
        var scores = new SavedScores();
        scores.Set([.. Enumerable.Range(0, 65).Select(i => (float)i)]);
        Assert.That((scores.MlNetLlmScore0, scores.MlNetLlmScore63), Is.EqualTo((0f, 63f)));
        Assert.That((scores.Part6.GetItemOrDefault(63), scores.Part0.GetItemOrDefault(0)), Is.EqualTo((63f, 64f)));
    }
}
