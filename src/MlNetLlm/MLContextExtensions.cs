using Microsoft.ML;
using MlNetLlm.Sweeps;

namespace MlNetLlm;

/// <summary>Where the library begins: <c>ml.LanguageModels()</c>, <c>ml.Probes()</c>.</summary>
public static class MLContextExtensions
{
    /// <summary>Language models as ML.NET components: load, read, fine-tune, score, evaluate.</summary>
    public static LanguageModelCatalog LanguageModels(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new LanguageModelCatalog(context);
    }

    /// <summary>Probes as ML.NET components: linear and multi-layer classifiers of features, trained alone or together.</summary>
    public static ProbeCatalog Probes(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new ProbeCatalog();
    }

    /// <summary>Concept mixing as ML.NET components: sparse autoencoders, concept labels, inspection.</summary>
    public static ConceptCatalog Concepts(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new ConceptCatalog();
    }

    /// <summary>The library's estimators as sweepable ones for <c>ml.Auto().CreateExperiment()</c>.</summary>
    public static SweepCatalog Sweeps(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new SweepCatalog();
    }
}
