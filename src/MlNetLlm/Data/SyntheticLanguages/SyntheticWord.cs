namespace MlNetLlm.Data.SyntheticLanguages;

/// <summary>A word form of the grammar that all synthetic languages share; each language spells it in its own way.</summary>
/// <param name="Index">Its place in <see cref="SyntheticLexicon.Words"/>.</param>
/// <param name="Tag">Its class.</param>
/// <param name="Stem">Which of the words that could stand in its place, from 0; forms of one word have the same stem.</param>
/// <param name="Topic">Its topic, from 0; null where the class has none.</param>
/// <param name="Gender">0 or 1; null where the form shows none.</param>
/// <param name="Number">0 for one, 1 for several; null where the form shows none.</param>
/// <param name="TakesObject">Whether a verb takes an object; null for other classes.</param>
public sealed record SyntheticWord(int Index, SyntheticTag Tag, int Stem, int? Topic, int? Gender, int? Number, bool? TakesObject);
