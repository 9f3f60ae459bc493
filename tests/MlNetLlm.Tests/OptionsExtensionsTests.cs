namespace MlNetLlm.Tests;

public sealed class OptionsExtensionsTests
{
    [Test]
    public void Validated_WithFaults_NamesTheRecordAndAllOfThem() => Assert.That(
        () => new PairOptions { First = -1, Second = -2 }.Validated(),
        Throws.ArgumentException.With.Message.EqualTo("PairOptions: First is -1; expected 0 or more. Second is -2; expected 0 or more."));

    [Test]
    public void Validated_WithoutFaults_GivesTheSameObject()
    {
        var sound = new PairOptions();
        Assert.That(sound.Validated(), Is.SameAs(sound));
    }

    [Test]
    public void Validated_OfNothing_SaysSo()
    {
        PairOptions? missing = null;
        Assert.That(() => missing!.Validated(), Throws.ArgumentNullException);
    }

    /// <summary>That no record of the library refuses its faults in a way of its own.</summary>
    [Test]
    public void Records_ThatNameTheirFaults_AreAllCheckedAlike()
    {
        var records = typeof(ICheckedOptions).Assembly.GetExportedTypes()
            .Where(type => type.IsClass && type.GetMethod(nameof(ICheckedOptions.Faults), []) is not null).ToList();
        Assert.That(records, Has.Count.GreaterThan(40));
        Assert.That(records.Where(type => !type.IsAssignableTo(typeof(ICheckedOptions))), Is.Empty);
        Assert.That(records.Where(type => type.GetMethod(nameof(OptionsExtensions.Validated), []) is not null), Is.Empty);
    }

    private sealed record PairOptions : ICheckedOptions
    {
        public int First { get; init; }

        public int Second { get; init; }

        public IEnumerable<string> Faults()
        {
            if (First < 0) yield return $"First is {First}; expected 0 or more.";
            if (Second < 0) yield return $"Second is {Second}; expected 0 or more.";
        }
    }
}
