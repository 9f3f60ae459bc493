namespace MlNetLlm.Data.SyntheticLanguages;

/// <summary>The word classes of the synthetic languages.</summary>
public enum SyntheticTag
{
    /// <summary>Agrees with its noun in gender and number.</summary>
    Determiner,

    /// <summary>Has a topic, a number, and a gender of its own.</summary>
    Noun,

    /// <summary>Has a topic and agrees with its noun in gender.</summary>
    Adjective,

    /// <summary>Has a topic, takes an object or not, and agrees with its subject in number.</summary>
    Verb,

    /// <summary>Stands before the verb.</summary>
    Adverb,

    /// <summary>Stands before or after its noun phrase.</summary>
    Adposition,

    /// <summary>Takes the place of a noun phrase; has a number.</summary>
    Pronoun,

    /// <summary>Ends a sentence.</summary>
    Punctuation,
}
