using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;

/// <summary>E15: trained scalars of every method, counted on the trained arms and by formula.</summary>
internal sealed class ParametersSection : ISection
{
    /// <inheritdoc/>
    public void Run(Lab lab, ArmTrainer trainer, Findings findings)
    {
        var svf = Arms.Svf(lab, trainer, Arms.First, 1);
        var lora = Arms.Lora(lab, trainer, Arms.First, 1);
        var counted = new List<(string Name, long Counted, long Formula)>
        {
            ("svf mlp", trainer.Train(svf).Parameters, Svf(ModuleSet.Mlp)),
            ("lora 16 attention", trainer.Train(lora).Parameters, Lora(16, ModuleSet.Attention)),
            ("lora 1 attention", trainer.Train(Arms.Lora(lab, trainer, Arms.First, 1, rank: 1)).Parameters, Lora(1, ModuleSet.Attention)),
        };
        foreach (var (name, parameters, _) in counted) findings.Number(name, "trainable parameters", parameters);
        findings.Number("base", "parameters", lab.Base().Module.parameters().Sum(parameter => parameter.numel()));
        findings.Contrasts["parameter-formulas"] = new(
            "distance of trained scalars counted from the formula: a matrix's shorter side for SVF, rank times both sides for LoRA",
            [[.. counted.Select(row => (double)Math.Abs(row.Counted - row.Formula))]]);
        findings.Contrasts["parameter-share"] = new(
            "trainable parameters, SVF on query and value over LoRA of rank 16 on them",
            [[(double)Svf(ModuleSet.Attention) / Lora(16, ModuleSet.Attention)]]);

        long Svf(ModuleSet modules) => Targets(modules).Sum(matrix => (long)Math.Min(matrix.InputWidth, matrix.OutputWidth));

        long Lora(int rank, ModuleSet modules) => Targets(modules).Sum(matrix => (long)rank * (matrix.InputWidth + matrix.OutputWidth));

        IReadOnlyList<Projection> Targets(ModuleSet modules) => AdapterTargets.Select(lab.Base().Module, modules, "all");
    }
}
