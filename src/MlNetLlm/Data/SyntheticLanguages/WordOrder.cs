namespace MlNetLlm.Data.SyntheticLanguages;

/// <summary>Four switches of word order. All off: subject verb object, "with the red fox".</summary>
public sealed record WordOrder
{
    /// <summary>How many switches there are: the largest distance of two orders.</summary>
    public const int Switches = 4;

    /// <summary>Subject object verb instead of subject verb object.</summary>
    public bool ObjectBeforeVerb { get; init; }

    /// <summary>Adjectives follow their noun instead of standing before it.</summary>
    public bool AdjectiveAfterNoun { get; init; }

    /// <summary>Adpositions follow their noun phrase instead of standing before it.</summary>
    public bool Postpositions { get; init; }

    /// <summary>Determiners end their noun phrase instead of beginning it.</summary>
    public bool DeterminerAfterNoun { get; init; }

    /// <summary>How many switches differ, 0 to 4.</summary>
    public int Distance(WordOrder other) => Bits().Zip(other.Bits()).Count(pair => pair.First != pair.Second);

    /// <summary>The order with some switches turned over.</summary>
    /// <param name="switches">Numbers of switches, 0 to 3, in the order of the properties.</param>
    internal WordOrder Turned(ReadOnlySpan<int> switches) => new()
    {
        ObjectBeforeVerb = ObjectBeforeVerb ^ switches.Contains(0),
        AdjectiveAfterNoun = AdjectiveAfterNoun ^ switches.Contains(1),
        Postpositions = Postpositions ^ switches.Contains(2),
        DeterminerAfterNoun = DeterminerAfterNoun ^ switches.Contains(3),
    };

    private bool[] Bits() => [ObjectBeforeVerb, AdjectiveAfterNoun, Postpositions, DeterminerAfterNoun];
}
