namespace MlNetLlm.Data.SyntheticLanguages;

/// <summary>Names of the columns of synthetic data and of their values.</summary>
public static class SyntheticColumns
{
    /// <summary>The block as text.</summary>
    public const string Text = "Text";

    /// <summary>The words of the block, a vector of text.</summary>
    public const string Words = "Words";

    /// <summary>Where words start in the text, in characters, a vector of Int32.</summary>
    public const string Starts = "Starts";

    /// <summary>The tag of every word, a vector of text.</summary>
    public const string Tags = "Tags";

    /// <summary>For every word that agrees with another <see cref="Agrees"/> or <see cref="Differs"/>, a vector of text.</summary>
    public const string Agreement = "Agreement";

    /// <summary>Of two half-blocks <see cref="SameTopic"/> or <see cref="OtherTopic"/>.</summary>
    public const string Topics = "Topics";

    /// <summary>The word's form fits what it agrees with.</summary>
    public const string Agrees = "agrees";

    /// <summary>The word's form does not fit.</summary>
    public const string Differs = "differs";

    /// <summary>Both halves have one topic.</summary>
    public const string SameTopic = "same";

    /// <summary>The halves have different topics.</summary>
    public const string OtherTopic = "other";
}
