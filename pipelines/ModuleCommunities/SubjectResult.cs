namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Right answers of a data set's test questions.</summary>
internal sealed record SetScore(string DataSet, int Right, int Questions)
{
    /// <summary>The share of right answers.</summary>
    public double Accuracy => (double)Right / Questions;
}

/// <summary>A trained model, as a kept part holds it; its weights are a folder beside.</summary>
/// <param name="Subject">Which.</param>
/// <param name="Loss">Training loss of the last steps, nats an answer; null where nothing trained.</param>
/// <param name="Steps">Optimiser steps taken.</param>
/// <param name="Stopped">Whether the accuracy asked for ended the training before its budget did.</param>
/// <param name="Parameters">Its weights.</param>
/// <param name="Scores">By data set.</param>
internal sealed record SubjectResult(
    Subject Subject, double? Loss, int Steps, bool Stopped, long Parameters, IReadOnlyList<SetScore> Scores);
