namespace MlNetLlm.Data.SyntheticLanguages;

/// <summary>A pronoun alone, or a noun with its determiner and perhaps an adjective.</summary>
internal sealed record NounPhrase(SyntheticWord Head, SyntheticWord? Determiner, SyntheticWord? Adjective);
