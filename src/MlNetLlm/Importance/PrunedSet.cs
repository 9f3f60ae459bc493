namespace MlNetLlm.Importance;

/// <summary>What pruning with the rows of one data set did.</summary>
/// <param name="DataSet">The data set.</param>
/// <param name="Accuracy">Share of its evaluation rows that the whole model answers right.</param>
/// <param name="PrunedAccuracy">The same of the pruned model.</param>
/// <param name="Retained">Share of each module's weights that is left, in the order of the modules.</param>
/// <param name="Flat">Whether all modules keep the same share, so that scaling it to 0 … 1 is undefined and gives zeros.</param>
public sealed record PrunedSet(string DataSet, double Accuracy, double PrunedAccuracy, IReadOnlyList<double> Retained, bool Flat);
