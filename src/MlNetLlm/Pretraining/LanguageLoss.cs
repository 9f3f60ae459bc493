using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;

namespace MlNetLlm.Pretraining;

/// <summary>How well a model does what pre-training asks of it.</summary>
public static class LanguageLoss
{
    /// <summary>The mean loss per counted token on text, without dropout; a masked model gets the same masks every time.</summary>
    /// <param name="model">The model; the loss is computed where it is.</param>
    /// <param name="text">The text.</param>
    /// <param name="options">Which column, how long sequences, how large batches, which objective and masks, which seed.</param>
    /// <param name="cancellationToken">Stops the reading, or between two batches.</param>
    /// <returns>Nats a token.</returns>
    /// <exception cref="ArgumentException">Options have faults, or the column is missing.</exception>
    public static double Of(LanguageModel model, IDataView text, PretrainOptions options, CancellationToken cancellationToken = default)
    {
        var objective = new LanguageObjective(model, model.Module, options.Validated(), options.Objective, options.Masking,
            options.Ownership);
        var (batches, inOrder) = objective.Read(text, TextBudget.All, cancellationToken);
        using var read = (IDisposable)batches;
        return objective.Validate(inOrder(), cancellationToken);
    }
}
