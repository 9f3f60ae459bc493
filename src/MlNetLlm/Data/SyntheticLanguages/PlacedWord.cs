namespace MlNetLlm.Data.SyntheticLanguages;

/// <summary>A word at its place in a block.</summary>
/// <param name="Word">The form that stands there.</param>
/// <param name="Controller">Place in the block of the noun or pronoun that it agrees with; null where it agrees with none.</param>
/// <param name="Agrees">Whether the form fits its controller; null where there is none, or where the block ends before it.</param>
public readonly record struct PlacedWord(SyntheticWord Word, int? Controller, bool? Agrees);
