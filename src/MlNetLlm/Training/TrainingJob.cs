using MlNetLlm.Data;
using static TorchSharp.torch;

namespace MlNetLlm.Training;

/// <summary>What a method hands to <see cref="TrainingLoop"/>: what trains, on what, by which loss.</summary>
public sealed class TrainingJob
{
    /// <summary>The parameters that train. They alone get gradients and optimiser state from the loop.</summary>
    public required IReadOnlyList<ParameterGroup> Groups { get; init; }

    /// <summary>
    /// The loss SUMMED over a batch's counted tokens, as a scalar tensor with a graph. The loop divides by the counted tokens of all
    /// batches of a step, so accumulating n batches is the same as one batch n times as large. It may end in an
    /// <see cref="OperationCanceledException"/>, as <see cref="Validate"/> may: the run is then saved as it was before.
    /// </summary>
    public required Func<TokenBatch, Tensor> Loss { get; init; }

    /// <summary>
    /// What the loss of a step's batches was made of, taken once after them; the step then reports this loss and these measures, while the
    /// sum alone trains.
    /// </summary>
    /// <value>null: the loss is reported as it is.</value>
    public Func<StepParts>? Parts { get; init; }

    /// <summary>The batches, in their order.</summary>
    public required IBatchSource Batches { get; init; }

    /// <summary>Identifies the model that is trained, before training; a checkpoint of another model is refused.</summary>
    public required string ModelFingerprint { get; init; }

    /// <summary>The mean loss per counted token on data apart, in nats. Runs without gradients.</summary>
    /// <value>null: nothing is validated.</value>
    public Func<double>? Validate { get; init; }

    /// <summary>Asked after every validation whether the run has reached what it was for; true ends it there.</summary>
    /// <value>null: never.</value>
    public Func<bool>? IsReached { get; init; }

    /// <summary>
    /// Called once with the steps planned, before a checkpoint is read and before the first step: the parameters are as they were given.
    /// </summary>
    /// <value>null.</value>
    public Action<int>? BeforeFirstStep { get; init; }

    /// <summary>
    /// Called after every optimiser step, before validation and checkpoint; it may change the parameters. Where it throws, nothing is saved.
    /// </summary>
    /// <value>null.</value>
    public Action<TrainingStep>? AfterStep { get; init; }

    /// <summary>The run's random streams, for a loss that draws numbers; a checkpoint keeps their counters.</summary>
    /// <value>null: the loop makes its own from the options' seed.</value>
    public RandomStreams? Random { get; init; }

    /// <summary>What the method keeps of its own in a checkpoint.</summary>
    /// <value>null: nothing.</value>
    public RunNotes? Notes { get; init; }

    /// <summary>Measures speed and time left; nothing else depends on it.</summary>
    /// <value>The system's clock.</value>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
