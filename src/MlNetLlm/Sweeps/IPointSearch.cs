using Microsoft.ML.SearchSpace;

namespace MlNetLlm.Sweeps;

/// <summary>Chooses points of a search space, and learns what came of them.</summary>
internal interface IPointSearch
{
    /// <summary>The point to try as a trial: values by the names of the space's options.</summary>
    Parameter Propose(int trial);

    /// <summary>Tells how a proposed trial ended; a loss of null is a failure.</summary>
    void Update(int trial, double? loss, TimeSpan duration);
}
