using Microsoft.ML;
using MlNetLlm.Sweeps;

namespace MlNetLlm;

/// <summary>
/// Where the library begins: <c>ml.LanguageModels()</c>, <c>ml.Probes()</c>, <c>ml.Communities()</c>, <c>ml.Concepts()</c> and
/// <c>ml.Sweeps()</c>, beside ML.NET's own catalogues.
/// </summary>
/// <remarks>
/// A process that loads the library asks MKL, with which TorchSharp's libtorch multiplies matrices, for the same bits wherever the
/// operands lie in memory: it gets the environment variable MKL_CBWR=AUTO,STRICT, which all of its code that uses MKL and the processes
/// that it starts see too. Otherwise two runs with one seed differ in the last bits. MKL's products may be slower for it. A value that the
/// variable has before the process starts is kept: MKL_CBWR=OFF gives the promise up. Products without MKL, such as those of Debian's
/// libtorch, are not concerned.
/// </remarks>
/// <example>
/// <code>
/// var ml = new MLContext(seed: 1);
/// LanguageModel model = ml.LanguageModels().Load("path/to/a/model");
/// var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", "Topic")
///     .Append(ml.LanguageModels().HiddenStates(model, layer: 3))
///     .Append(ml.Probes().Linear());
/// </code>
/// </example>
public static class MLContextExtensions
{
    /// <summary>Language models as ML.NET components: load, read, pre-train, fine-tune, score, generate, answer, evaluate.</summary>
    /// <param name="context">The context; its seed is not the components', which have their own among their options.</param>
    /// <returns>A catalogue; making one costs nothing.</returns>
    public static LanguageModelCatalog LanguageModels(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new LanguageModelCatalog(context);
    }

    /// <summary>Probes as ML.NET components: linear and multi-layer classifiers of features, trained alone or together.</summary>
    /// <inheritdoc cref="LanguageModels"/>
    public static ProbeCatalog Probes(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new ProbeCatalog();
    }

    /// <summary>Communities of modules: networks of importances, detection, comparison, tests, fine-tuning of a community.</summary>
    /// <inheritdoc cref="LanguageModels"/>
    public static CommunityCatalog Communities(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new CommunityCatalog();
    }

    /// <summary>Concept mixing as ML.NET components: sparse autoencoders, concept labels, pre-training with them, steering.</summary>
    /// <inheritdoc cref="LanguageModels"/>
    public static ConceptCatalog Concepts(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new ConceptCatalog();
    }

    /// <summary>The library's estimators as sweepable ones for <c>ml.Auto().CreateExperiment()</c>.</summary>
    /// <inheritdoc cref="LanguageModels"/>
    public static SweepCatalog Sweeps(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new SweepCatalog();
    }
}
